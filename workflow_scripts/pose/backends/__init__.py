"""Estimators behind one interface (`base`): pictures in, tracks of people out, in the joints of smpl24."""

"""A convolutional network that hears a spectrogram and an LSTM that dances; see `model`."""

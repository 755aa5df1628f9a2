"""Which clips an experiment learns from, and what is made of them: the same for every step of a model."""

from collections.abc import Sequence

from workflow_scripts.motion.augmentation import Augmentation, augmented
from workflow_scripts.motion.dataset_file import Dataset
from workflow_scripts.workflow.errors import UserError


def chosen_clips(dataset: Dataset, genres: Sequence[str] | None, augment: Augmentation, seed: int) -> Dataset:
    """Return a dataset of some genres (None: all), augmented.

    Raises:
        UserError: a genre is in no clip, or no training window is left.
    """
    if genres is not None:
        dataset = dataset.only(genres)
    if not len(dataset.windows["train"]):
        raise UserError("the dataset has no training windows")
    return augmented(dataset, augment, seed)

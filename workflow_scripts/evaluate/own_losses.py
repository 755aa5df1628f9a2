"""What training says of a model in numbers of its own: the losses it made small, and what its `held_out` measured."""

from collections.abc import Mapping
from typing import Any

# Of the last epoch, from `losses` of model.json; those of a GAN mean something else than those of one network.
_LOSSES = {
    "train": "what training makes small, on training windows, in the last epoch (in the units of settings.loss, or the "
    "cross-entropy of clusters)",
    "validation": "the same on windows of the validation split; far above train: training dances are known by heart",
    "critic": "loss of the GAN's critic in the last epoch: minus its distance of captured and made dances, plus the "
    "gradient penalty",
    "generator": "minus the critic's mean score of made dances in the last epoch; where its zero lies means nothing",
}
# From `held_out` of model.json.
_HELD_OUT = {
    "accuracy": "share of the steps of validation dances whose cluster is guessed, given the true ones before",
    "majority_accuracy": "the same, always guessing the most frequent cluster of the training dances",
    "bigram_accuracy": "the same, guessing what most often follows the last cluster in the training dances: no music",
    "predictions": "how many guesses these shares are of",
    "critic_distance": "the critic's mean score of captured less that of made dances (estimate of the Wasserstein "
    "distance, in the critic's own units), validation windows",
    "critic_distance_train": "the same on training windows; far above critic_distance: the critic knows them by heart",
}


def own_losses(description: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return {name: {value, says}} of the losses in a model's description, the content of its model.json."""
    return {
        name: {"value": description[part][name], "says": says}
        for part, meanings in (("losses", _LOSSES), ("held_out", _HELD_OUT))
        for name, says in meanings.items()
        if name in description[part]
    }

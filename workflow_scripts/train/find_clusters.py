"""Find the clusters of motion that a model of the architecture pose_clusters dances.

`python -m workflow_scripts.train.find_clusters --dataset H5 --config JSON --output H5 --picture SVG`

The output: `centroids` (K, poses, 24, 3) metres, `sizes` (K,) training steps in each, largest first, `spread` metres;
attributes say what made it.
"""

import argparse
import json
from pathlib import Path

from pydantic import Field, ValidationError

from workflow_scripts.models.base import ModelConfig
from workflow_scripts.models.pose_clusters.clustering import ClusterSettings, find_clusters
from workflow_scripts.motion.augmentation import Augmentation
from workflow_scripts.motion.dataset_file import read_dataset
from workflow_scripts.train.clips import chosen_clips
from workflow_scripts.train.cluster_sheet import draw_clusters
from workflow_scripts.train.parts import write_arrays
from workflow_scripts.workflow.errors import UserError, entry_point
from workflow_scripts.workflow.files import atomic_path, sha256_of
from workflow_scripts.workflow.provenance import code_version, versions


class ClusterConfig(ModelConfig):
    """What clusters depend on: `settings.clusters` of the experiment, its seed, augmentation and genres."""

    clusters: ClusterSettings = ClusterSettings()
    seed: int = Field(default=1, ge=0)
    augment: Augmentation = Augmentation()
    genres: tuple[str, ...] | None = None


def main() -> None:
    """Parse the arguments, cluster, write clusters and picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", type=Path, required=True)
    parser.add_argument("--config", required=True, help="clusters, seed, augment and genres as JSON text")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--picture", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        config = ClusterConfig.model_validate_json(arguments.config)
    except ValidationError as error:
        raise UserError(f"the clusters have mistakes:\n{ClusterConfig.mistakes(error, 'settings')}") from error
    dataset = chosen_clips(read_dataset(arguments.dataset), config.genres, config.augment, config.seed)
    clusters = find_clusters(dataset, config.clusters, config.seed)
    count = len(clusters.centroids)
    provenance = {
        "config": config.model_dump(mode="json"),
        "dataset": sha256_of(arguments.dataset),
        "code": code_version("workflow_scripts.train.find_clusters"),
        "versions": versions("numpy"),
    }
    with atomic_path(arguments.picture) as path:
        path.write_text(draw_clusters(clusters.centroids, clusters.sizes), encoding="utf-8")
    write_arrays(arguments.output, clusters.arrays(), {"provenance": json.dumps(provenance, sort_keys=True)})
    fewer = f" (not {config.clusters.count}: there are no more different steps)" * (count < config.clusters.count)
    print(f"{arguments.output}: {count} clusters{fewer} of {clusters.sizes.sum()} steps, {clusters.spread:.3f} m wide")  # noqa: T201


if __name__ == "__main__":
    entry_point(main)

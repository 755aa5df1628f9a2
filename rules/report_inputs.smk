# What the report shows.
from workflow_scripts.report.gather.configuration import reusable


def report_config():
    """The whole configuration, without how the network is reached: another proxy makes no other page."""
    return canonical_json(reusable(config))


def report_tables(wildcards):
    """The tables of listed, good and cut videos and songs."""
    collections = [*used_collections(), SONGS]
    tables = [f"results/{kind}/{name}.tsv" for name in collections for kind in ("playlists", "admitted")]
    songs = [f"results/clips/{SONGS}/{song}/clips.tsv" for song in used_songs()]
    return tables + all_clips() + songs

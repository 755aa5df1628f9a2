import pytest

from workflow_scripts.pose.lift.lifter import Lifter


@pytest.fixture(scope="session")
def lifter() -> Lifter:
    """A lifter that has learnt for seconds, not minutes: good enough to tell right from wrong."""
    from workflow_scripts.pose.train_lifter import train

    return train(seed=1, people=200, steps=250)

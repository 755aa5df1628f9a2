import numpy as np

from workflow_scripts.pose.backends.mmpose.boxes import apart, around, between, sizes


def overlap(one, other):
    low, high = np.maximum(one[:2], other[:2]), np.minimum(one[2:4], other[2:4])
    shared = np.prod(np.maximum(high - low, 0))
    return shared / (np.prod(one[2:4] - one[:2]) + np.prod(other[2:4] - other[:2]) - shared)


def test_apart_keeps_the_best_of_boxes_that_overlap():
    rng = np.random.default_rng(0)
    for count in (0, 1, 5, 80):
        corner = rng.uniform(0, 100, (count, 2))
        boxes = np.concatenate([corner, corner + rng.uniform(5, 60, (count, 2)), rng.uniform(size=(count, 1))], axis=1)
        expected = []
        for index in np.argsort(-boxes[:, 4]):
            if all(overlap(boxes[index], boxes[other]) <= 0.4 for other in expected):
                expected.append(index)
        assert apart(boxes, 0.4, 100).tolist() == expected
        assert apart(boxes, 0.4, 3).tolist() == expected[:3]


def test_between_goes_evenly_from_one_box_to_the_other_whatever_their_order():
    before = np.array([[0, 0, 40, 100, 0.9], [200, 0, 240, 100, 0.8]])
    after = np.array([[190.0, 10, 230, 110, 0.9], [10, 0, 50, 100, 0.9]])
    steps = between(before, after, 4)
    assert len(steps) == 4
    for step, boxes in enumerate(steps, start=1):
        expected = [[2 * step, 0, 40 + 2 * step, 100], [200 - 2 * step, 2 * step, 240 - 2 * step, 100 + 2 * step]]
        np.testing.assert_allclose(boxes, expected)


def test_who_is_seen_once_is_looked_for_there():
    before, after = np.array([[0, 0, 40, 100, 0.9]]), np.array([[300, 0, 340, 100, 0.9]])
    for boxes in between(before, after, 3):
        np.testing.assert_array_equal(boxes, [[0, 0, 40, 100], [300, 0, 340, 100]])
    nobody = np.empty((0, 5))
    assert [len(boxes) for boxes in between(nobody, nobody, 2)] == [0, 0]
    assert [len(boxes) for boxes in between(before, nobody, 2)] == [1, 1]
    assert [len(boxes) for boxes in between(nobody, after, 2)] == [1, 1]
    assert between(before, after, 0) == []


def test_sizes_and_boxes_around_keypoints():
    np.testing.assert_allclose(sizes(np.array([[0, 0, 9, 4.0], [5, 5, 4, 9]])), [6, 0])
    np.testing.assert_array_equal(around(np.array([[3, 8], [1, 9], [2, 7.0]])), [1, 7, 3, 9])

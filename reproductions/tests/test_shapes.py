"""Drawn scenes: what is listed is what is in the picture, and the same seed draws the same."""

import torch

from reproductions.parts.detect.boxes import masks_to_boxes
from reproductions.parts.shapes import CLASSES, FEWEST_PIXELS, NOISE, SHAPES, scenes


def drawn(count: int = 40, seed: int = 0):
    return scenes(count, torch.Generator().manual_seed(seed), fewest=2, most=3)


def test_same_seed_draws_the_same_scenes():
    one, again, other = drawn(), drawn(), drawn(seed=1)

    assert one.images.equal(again.images)
    assert one.masks.equal(again.masks)
    assert not one.images.equal(other.images)


def test_objects_of_an_image_share_no_pixel():
    found = drawn()
    covered = torch.zeros(len(found), 64, 64).index_add(0, found.image_of, found.masks.float())

    assert covered.max() == 1


def test_boxes_are_the_tightest_around_what_is_seen():
    found = drawn()

    assert found.boxes.equal(masks_to_boxes(found.masks))
    assert (found.masks.flatten(1).sum(1) >= FEWEST_PIXELS).all()


def test_every_class_is_drawn_and_no_image_has_more_objects_than_asked():
    found = drawn()

    assert found.labels.unique().tolist() == list(range(len(CLASSES)))
    assert found.image_of.bincount(minlength=40).max() <= 3
    assert (found.image_of.diff() >= 0).all()


def test_an_object_has_one_grey_value_but_for_the_noise():
    found = drawn()

    for mask, image in zip(found.masks, found.image_of, strict=True):
        inside = found.images[image, 0][mask]
        assert inside.std() < 2 * NOISE


def test_some_images_are_taken_with_their_objects_renumbered():
    found = drawn()
    few = found.take(torch.tensor([7, 3]))

    assert few.images.equal(found.images[[7, 3]])
    assert few.masks[few.image_of == 0].equal(found.masks[found.image_of == 7])
    assert few.labels[few.image_of == 1].equal(found.labels[found.image_of == 3])


def test_hash_of_the_data_is_of_its_content(tmp_path):
    assert len(SHAPES.sha256(tmp_path)) == 64
    assert SHAPES.sha256(tmp_path) == SHAPES.sha256(tmp_path)

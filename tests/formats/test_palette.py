"""The colours of label pictures."""

from napari_cotracker.formats.palette import palette


def test_the_colours_are_those_that_annotators_know() -> None:
    colours = palette()
    assert colours.shape == (256, 3)
    assert colours[[0, 1, 2, 3, 4, 8, 255]].tolist() == [
        [0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [0, 0, 128], [64, 0, 0], [224, 224, 192]]
    assert len({tuple(colour) for colour in colours.tolist()}) == 256

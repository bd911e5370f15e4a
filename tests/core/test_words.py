"""Numbers of things in sentences."""

from napari_cotracker.core.words import are, counted, were


def test_one_is_one_and_all_else_is_many():
    assert [counted(n, "track") for n in (0, 1, 2000)] == ["0 tracks", "1 track", "2,000 tracks"]
    assert [are(n) for n in (0, 1, 2)] == ["are", "is", "are"]
    assert [were(n) for n in (0, 1, 2)] == ["were", "was", "were"]

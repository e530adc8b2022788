"""The bundled sample projects are whole, and none of their parts leaks into another."""

from __future__ import annotations

import pytest

from mulm_core.corpus import read_lines, read_pairs
from mulm_core.errors import UserError
from mulm_core.evaluation import load_parallel
from mulm_core.samples import Sample, get_sample, list_samples

SAMPLES = list_samples()


def test_the_easiest_sample_comes_first() -> None:
    assert [sample.key for sample in SAMPLES] == ["libreoffice-de-fr", "wesnoth-de-fr"]
    assert get_sample() == SAMPLES[0]
    assert get_sample("wesnoth-de-fr") == SAMPLES[1]


def test_an_unknown_sample_is_named() -> None:
    with pytest.raises(UserError, match=r"no sample project 'nosuch'. Samples here: libreoffice"):
        get_sample("nosuch")


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.key)
class TestEachSample:
    def test_it_says_what_it_is(self, sample: Sample) -> None:
        assert (sample.source, sample.target) == ("de", "fr")
        assert "German to French" in sample.title
        assert "Debian source package" in sample.description
        assert "License" in sample.licence

    def test_its_licence_lies_beside_it(self, sample: Sample) -> None:
        text = (sample.test[0].parent / "COPYING").read_text(encoding="utf-8").lower()
        name = " ".join(sample.licence.lower().split()[1:3])  # "general public", "public license"
        assert name in text and "version 2" in text

    def test_every_pair_can_be_read(self, sample: Sample) -> None:
        pairs, problems = read_pairs(sample.train, sample.source, sample.target)
        assert len(pairs) >= 2500
        assert not problems
        assert len(load_parallel(*sample.test).sources) >= 500
        assert sample.dev is not None
        assert len(load_parallel(*sample.dev).sources) >= 300

    def test_no_test_or_dev_segment_is_in_training(self, sample: Sample) -> None:
        pairs, _ = read_pairs(sample.train, sample.source, sample.target)
        trained = ({source for source, _ in pairs}, {target for _, target in pairs})
        assert sample.dev is not None
        for held_out in (sample.test, sample.dev):
            for file, seen in zip(held_out, trained, strict=True):
                assert not seen.intersection(read_lines(file)), file.name

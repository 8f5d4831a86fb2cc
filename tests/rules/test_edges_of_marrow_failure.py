"""Expert tables of the edges of the rules about a marrow that fails: each limit from both sides, each exclusion alone."""

from tests.testbed import disagreements


def test_suspected_marrow_infiltration() -> None:
    assert not disagreements(
        """
        case                     | age | sex | hb  | hct | mcv | anc | plt | wbc | retic_pct | ferritin | marrow_iron_grade | marrow_particles | dx       | verdict
        ferritin 29.9            | 65  | M   | 100 | 30  | 90  | 3   | 200 | 5   | 1         | 29.9     |                   |                  | C61@-100 | not_met
        ferritin 44.9            | 65  | M   | 100 | 30  | 90  | 3   | 200 | 5   | 1         | 44.9     |                   |                  | C61@-100 | not_met
        ferritin 45              | 65  | M   | 100 | 30  | 90  | 3   | 200 | 5   | 1         | 45       |                   |                  | C61@-100 | possible
        boy of 10, ferritin 44.9 | 10  | M   | 100 | 30  | 90  | 3   | 200 | 5   | 1         | 44.9     |                   |                  | C61@-100 | possible
        boy of 10, ferritin 29.9 | 10  | M   | 100 | 30  | 90  | 3   | 200 | 5   | 1         | 29.9     |                   |                  | C61@-100 | not_met
        boy of 4, ferritin 12    | 4   | M   | 100 | 30  | 83  | 3   | 200 | 5   | 1         | 12       |                   |                  | C61@-100 | possible
        boy of 4, ferritin 11.9  | 4   | M   | 100 | 30  | 83  | 3   | 200 | 5   | 1         | 11.9     |                   |                  | C61@-100 | not_met
        marrow iron absent       | 65  | M   | 100 | 30  | 90  | 3   | 200 | 5   | 1         |          | 0@9               | 7@9              | C61@-100 | not_met
        not anemic               | 65  | M   | 140 | 42  | 90  | 3   | 100 | 5   | 0.5       |          |                   |                  | C61@-100 | not_met
        platelets unknown        | 65  | M   | 100 | 30  | 90  | 3   |     | 5   | 4.5       |          |                   |                  | C61@-100 | indeterminate (plt)
        neutrophils unknown      | 65  | M   | 100 | 30  | 90  |     | 200 |     | 4.5       |          |                   |                  | C61@-100 | indeterminate (anc)
        """,
        "suspected_marrow_infiltration",
    )


def test_suspected_marrow_infiltration_where_something_is_open() -> None:
    assert not disagreements(
        """
        case                         | age | sex | anc | plt | ferritin | dx       | verdict
        no hemoglobin, ferritin 44.9 | 65  | M   | 3   | 200 | 44.9     | C61@-100 | indeterminate (hb, retic)
        no hemoglobin, ferritin 30   | 65  | M   | 3   | 200 | 30       | C61@-100 | indeterminate (hb, retic)
        no hemoglobin, ferritin 29.9 | 65  | M   | 3   | 200 | 29.9     | C61@-100 | not_met
        """,
        "suspected_marrow_infiltration",
    )


def test_treatment_related_marrow_suppression() -> None:
    assert not disagreements(
        """
        case                          | age | sex | hb  | anc | plt | wbc | rx          | proc      | observed        | verdict
        platelets unknown             | 50  | F   | 130 | 3   |     | 5   | L01@-30     |           |                 | indeterminate (plt)
        radiotherapy, no neutrophils  | 50  | F   | 130 |     | 200 |     |             | 77402@-10 |                 | indeterminate (anc)
        radiotherapy, neutrophils 1.5 | 50  | F   | 130 | 1.5 | 200 | 5   |             | 77402@-10 |                 | not_met
        chemotherapy, platelets 149   | 50  | F   | 130 | 3   | 149 | 5   | L01@-30     |           |                 | possible
        chemotherapy, platelets 150   | 50  | F   | 130 | 3   | 150 | 5   | L01@-30     |           |                 | not_met
        chemotherapy, neutrophils 1.4 | 50  | F   | 130 | 1.4 | 200 | 5   | L01@-30     |           |                 | probable
        methotrexate, platelets 74    | 50  | F   | 130 | 3   | 74  | 5   | L04AX03@-30 |           |                 | possible
        methotrexate, platelets 75    | 50  | F   | 130 | 3   | 75  | 5   | L04AX03@-30 |           |                 | not_met
        unobserved, neutrophils 1.4   | 50  | F   | 130 | 1.4 | 200 | 5   |             |           | lab dx proc enc | indeterminate (domain:rx)
        unobserved, platelets 149     | 50  | F   | 130 | 3   | 149 | 5   |             |           | lab dx proc enc | indeterminate (domain:rx)
        unobserved, hemoglobin 119    | 50  | F   | 119 | 3   | 200 | 5   |             |           | lab dx proc enc | indeterminate (domain:rx)
        """,
        "treatment_related_marrow_suppression",
    )


def test_treatment_related_marrow_suppression_where_something_is_open() -> None:
    assert not disagreements(
        """
        case                                   | age | sex | duffy | hb    | anc | plt | rx          | wbc | segs_pct | proc      | verdict
        Duffy-null, neutrophils 1.4            | 40  | F   | Y     | 125   | 1.4 | 200 | L01@-30     |     |          |           | probable
        Duffy-null, 1.05 to 1.5                | 40  | F   | Y     | 125   |     | 200 | L01@-30     | 1.5 | 70       |           | indeterminate (anc(censored))
        the same, irradiated                   | 40  | F   | Y     | 125   |     | 200 |             | 1.5 | 70       | 77402@-20 | indeterminate (anc(censored))
        no sex, hemoglobin 129.9               | 40  |     |       | 129.9 | 3   | 250 | L01@-30     |     |          |           | indeterminate (sex)
        drug, no hemoglobin                    | 40  | F   |       |       | 3   | 200 | L04AX03@-30 |     |          |           | indeterminate (hb)
        drug, platelets and perhaps hemoglobin | 40  |     |       | 125   | 1.5 | 140 | L04AX03@-30 |     |          |           | indeterminate (sex)
        drug, two lines of grade 1             | 40  | F   |       | 110   | 1.5 | 140 | L04AX03@-30 |     |          |           | possible
        chemotherapy, platelets above 75       | 40  | F   |       | 125   | 1.5 | >75 | L01@-30     |     |          |           | indeterminate (plt(censored))
        """,
        "treatment_related_marrow_suppression",
    )


def test_suspected_aplastic_anemia() -> None:
    assert not disagreements(
        """
        case                              | age | sex | hb  | hct | rbc | mcv | anc | plt | wbc | retic_pct | retic_abs | ferritin | b12   | marrow_cellularity | residual_haem | verdict
        ferritin 44.9                     | 30  | F   | 70  |     | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        | 44.9     |       |                    |               | possible
        ferritin 45                       | 30  | F   | 70  |     | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        | 45       |       |                    |               | probable
        not anemic, ferritin 44.9         | 30  | F   | 140 |     | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        | 44.9     |       |                    |               | probable
        not anemic, ferritin 29.9         | 30  | F   | 140 |     | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        | 29.9     |       |                    |               | not_met
        girl of 10, ferritin 30           | 10  | F   | 70  |     | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        | 30       |       |                    |               | probable
        girl of 10, ferritin 29.9         | 10  | F   | 70  |     | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        | 29.9     |       |                    |               | possible
        girl of 4, ferritin 12            | 4   | F   | 70  |     | 2.2 | 83  | 0.4 | 15  | 1.5 |           | 20        | 12       |       |                    |               | probable
        girl of 4, ferritin 11.9          | 4   | F   | 70  |     | 2.2 | 83  | 0.4 | 15  | 1.5 |           | 20        | 11.9     |       |                    |               | possible
        B12 148                           | 30  | F   | 70  |     | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        |          | 148   |                    |               | probable
        B12 147.9                         | 30  | F   | 70  |     | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        |          | 147.9 |                    |               | not_met
        cellularity below 30              | 30  | F   | 70  |     | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        |          |       | <30@9              |               | not_met
        cellularity below 60, 20 residual | 30  | F   | 70  |     | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        |          |       | <60@9              | 20@9          | not_met
        count of 40 beside an index of 2  | 30  | F   | 90  | 36  |     | 95  | 1.2 | 40  | 2.5 | 2.5       | 40        |          |       |                    |               | possible
        """,
        "suspected_aplastic_anemia",
    )


def test_suspected_aplastic_anemia_where_something_is_open() -> None:
    assert not disagreements(
        """
        case                                     | age | sex | hb  | anc | plt | mcv | ferritin | observed        | retic_abs | verdict
        ferritin 45                              | 30  | M   | 70  | 0.4 | 15  | 95  | 45       | lab rx proc enc |           | possible
        ferritin 45, adequate reticulocytes      | 30  | M   | 70  | 0.4 | 15  | 95  | 45       | lab rx proc enc | 60        | possible
        ferritin 44.9, adequate reticulocytes    | 30  | M   | 70  | 0.4 | 15  | 95  | 44.9     | lab rx proc enc | 60        | not_met
        no neutrophils, platelets of 8           | 48  | M   | 84  | 0   | 8   | 92  |          |                 | 12        | probable
        no neutrophils, no platelets, not anemic | 48  | M   | 140 | 0   | 0   | 92  |          |                 |           | probable
        """,
        "suspected_aplastic_anemia",
    )


def test_hypoproliferative_anemia_with_adequate_iron() -> None:
    assert not disagreements(
        """
        case                           | age | sex | hb  | hct | retic_pct | ferritin | tsat | crp | agp | egfr | marrow_iron_grade | marrow_specimen | rx        | verdict
        few, 4 years, ferritin 20      | 4   | F   | 100 | 30  | 0.5       | 20       | 25   | 1   |     |      |                   |                 |           | probable
        few, 4 years, ferritin 19.9    | 4   | F   | 100 | 30  | 0.5       | 19.9     | 25   | 1   |     |      |                   |                 |           | not_met
        few, 5 years, ferritin 30      | 5   | F   | 100 | 30  | 0.5       | 30       | 25   | 1   |     |      |                   |                 |           | probable
        few, 5 years, ferritin 29.9    | 5   | F   | 100 | 30  | 0.5       | 29.9     | 25   | 1   |     |      |                   |                 |           | not_met
        few, 17 years, ferritin 30     | 17  | F   | 100 | 30  | 0.5       | 30       | 25   | 1   |     |      |                   |                 |           | probable
        few, 17 years, ferritin 29.9   | 17  | F   | 100 | 30  | 0.5       | 29.9     | 25   | 1   |     |      |                   |                 |           | not_met
        few, 40 years, ferritin 45     | 40  | F   | 100 | 30  | 0.5       | 45       | 25   | 1   |     |      |                   |                 |           | probable
        few, 40 years, ferritin 44.9   | 40  | F   | 100 | 30  | 0.5       | 44.9     | 25   | 1   |     |      |                   |                 |           | not_met
        few, AGP 1                     | 40  | F   | 100 | 30  | 0.5       | 60       | 25   | 1   | 1   |      |                   |                 |           | probable
        few, AGP 1.1                   | 40  | F   | 100 | 30  | 0.5       | 60       | 25   | 1   | 1.1 |      |                   |                 |           | indeterminate (ferritin_equivocal)
        few, eGFR 60                   | 40  | F   | 100 | 30  | 0.5       | 60       | 25   | 1   |     | 60   |                   |                 |           | probable
        few, eGFR 59.9                 | 40  | F   | 100 | 30  | 0.5       | 60       | 25   | 1   |     | 59.9 |                   |                 |           | indeterminate (ferritin_equivocal)
        few, CRP 5                     | 40  | F   | 100 | 30  | 0.5       | 60       | 25   | 5   |     |      |                   |                 |           | probable
        few, trephine without iron     | 40  | F   | 100 | 30  | 0.5       | 200      | 25   | 1   |     |      | 0@9               | 1@9             |           | not_met
        few, IV iron, ferritin 99      | 40  | F   | 100 | 30  | 0.5       | 99       | 25   | 1   |     |      |                   |                 | B03AC@-20 | indeterminate (ferritin_post_iv_iron)
        few, ferritin over 50          | 40  | F   | 100 | 30  | 0.5       | >50      | 25   | 30  |     |      |                   |                 |           | indeterminate (ferritin(censored), ferritin_equivocal)
        fewer, 4 years, ferritin 20    | 4   | F   | 100 | 30  | 2.5       | 20       | 25   | 1   |     |      |                   |                 |           | possible
        fewer, 4 years, ferritin 19.9  | 4   | F   | 100 | 30  | 2.5       | 19.9     | 25   | 1   |     |      |                   |                 |           | not_met
        fewer, 5 years, ferritin 30    | 5   | F   | 100 | 30  | 2.5       | 30       | 25   | 1   |     |      |                   |                 |           | possible
        fewer, 5 years, ferritin 29.9  | 5   | F   | 100 | 30  | 2.5       | 29.9     | 25   | 1   |     |      |                   |                 |           | not_met
        fewer, 17 years, ferritin 30   | 17  | F   | 100 | 30  | 2.5       | 30       | 25   | 1   |     |      |                   |                 |           | possible
        fewer, 17 years, ferritin 29.9 | 17  | F   | 100 | 30  | 2.5       | 29.9     | 25   | 1   |     |      |                   |                 |           | not_met
        fewer, 40 years, ferritin 45   | 40  | F   | 100 | 30  | 2.5       | 45       | 25   | 1   |     |      |                   |                 |           | possible
        fewer, 40 years, ferritin 44.9 | 40  | F   | 100 | 30  | 2.5       | 44.9     | 25   | 1   |     |      |                   |                 |           | not_met
        fewer, AGP 1                   | 40  | F   | 100 | 30  | 2.5       | 60       | 25   | 1   | 1   |      |                   |                 |           | possible
        fewer, AGP 1.1                 | 40  | F   | 100 | 30  | 2.5       | 60       | 25   | 1   | 1.1 |      |                   |                 |           | indeterminate (ferritin_equivocal)
        fewer, eGFR 60                 | 40  | F   | 100 | 30  | 2.5       | 60       | 25   | 1   |     | 60   |                   |                 |           | possible
        fewer, eGFR 59.9               | 40  | F   | 100 | 30  | 2.5       | 60       | 25   | 1   |     | 59.9 |                   |                 |           | indeterminate (ferritin_equivocal)
        fewer, CRP 5                   | 40  | F   | 100 | 30  | 2.5       | 60       | 25   | 5   |     |      |                   |                 |           | possible
        fewer, trephine without iron   | 40  | F   | 100 | 30  | 2.5       | 200      | 25   | 1   |     |      | 0@9               | 1@9             |           | not_met
        fewer, IV iron, ferritin 99    | 40  | F   | 100 | 30  | 2.5       | 99       | 25   | 1   |     |      |                   |                 | B03AC@-20 | indeterminate (ferritin_post_iv_iron)
        fewer, ferritin over 50        | 40  | F   | 100 | 30  | 2.5       | >50      | 25   | 30  |     |      |                   |                 |           | indeterminate (ferritin(censored), ferritin_equivocal)
        """,
        "hypoproliferative_anemia_with_adequate_iron",
    )


def test_sideroblastic_anemia() -> None:
    assert not disagreements(
        """
        case                    | age | sex | hb  | hct | rbc | mcv | retic_pct | ferritin | tsat | crp | agp | verdict
        4 years, ferritin 20    | 4   | M   | 100 | 30  | 4.0 | 74  | 0.9       | 20       | 25   | 1   |     | possible
        4 years, ferritin 19.9  | 4   | M   | 100 | 30  | 4.0 | 74  | 0.9       | 19.9     | 25   | 1   |     | not_met
        5 years, ferritin 30    | 5   | M   | 100 | 30  | 4.0 | 74  | 0.9       | 30       | 25   | 1   |     | possible
        5 years, ferritin 29.9  | 5   | M   | 100 | 30  | 4.0 | 74  | 0.9       | 29.9     | 25   | 1   |     | not_met
        17 years, ferritin 30   | 17  | M   | 100 | 30  | 4.0 | 75  | 0.9       | 30       | 25   | 1   |     | possible
        17 years, ferritin 29.9 | 17  | M   | 100 | 30  | 4.0 | 75  | 0.9       | 29.9     | 25   | 1   |     | not_met
        48 years, ferritin 45   | 48  | M   | 100 | 30  | 4.0 | 75  | 0.9       | 45       | 25   | 1   |     | possible
        48 years, ferritin 44.9 | 48  | M   | 100 | 30  | 4.0 | 75  | 0.9       | 44.9     | 25   | 1   |     | not_met
        AGP 1                   | 48  | M   | 100 | 30  | 4.0 | 75  | 0.9       | 60       | 25   | 1   | 1   | possible
        AGP 1.1                 | 48  | M   | 100 | 30  | 4.0 | 75  | 0.9       | 60       | 25   | 1   | 1.1 | indeterminate (ferritin_equivocal)
        CRP 5                   | 48  | M   | 100 | 30  | 4.0 | 75  | 0.9       | 60       | 25   | 5   |     | possible
        """,
        "sideroblastic_anemia",
    )


def test_sideroblastic_anemia_where_something_is_open() -> None:
    assert not disagreements(
        """
        case                | sex | hb | hct | mcv | rbc | retic_pct | ferritin | tsat | crp | verdict
        no age, ferritin 25 | M   | 60 | 20  | 60  | 3.3 | 0.5       | 25       | 30   | 1   | indeterminate (age)
        no age, ferritin 50 | M   | 60 | 20  | 60  | 3.3 | 0.5       | 50       | 30   | 1   | indeterminate (age)
        """,
        "sideroblastic_anemia",
    )

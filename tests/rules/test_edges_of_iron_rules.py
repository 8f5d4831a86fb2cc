"""Expert tables of the edges of the iron rules and of their gaps: each limit from both sides, each exclusion alone."""

from tests.testbed import disagreements


def test_iron_deficiency_anemia_where_something_is_open() -> None:
    assert not disagreements(
        """
        case                    | age | sex | hb | ferritin | verdict
        child, more than 12     | 1   |     |    | >12      | indeterminate (ferritin(censored), hb)
        boy of 17, more than 20 | 17  | M   |    | >20      | indeterminate (ferritin(censored), hb)
        adult, more than 31     | 40  | F   |    | >31      | indeterminate (ferritin(censored), hb)
        no age, ferritin 16     |     | F   | 60 | 16       | indeterminate (age)
        """,
        "iron_deficiency_anemia",
    )


def test_iron_deficiency_without_anemia_where_something_is_open() -> None:
    assert not disagreements(
        """
        case                            | age | sex | hb  | ferritin | iron | tibc | marrow_iron_grade | verdict
        no age, ferritin 15             |     | F   | 125 | 15       |      |      |                   | indeterminate (age)
        no age, no ferritin             |     | F   | 125 |          | 10   | 72.1 |                   | indeterminate (age, ferritin)
        no age, more than 20            |     | F   | 125 | >20      |      |      |                   | indeterminate (age, ferritin(censored))
        child, more than 14             | 3   | F   | 150 | >14      |      |      |                   | indeterminate (ferritin(censored))
        no hemoglobin, iron in marrow   | 40  | F   |     | 8        |      |      | 1@9               | indeterminate (hb)
        pattern of iron, iron in marrow | 30  | F   |     |          | 10   | 90   | 1@9               | indeterminate (hb)
        """,
        "iron_deficiency_without_anemia",
    )


def test_iron_deficiency_under_inflammation() -> None:
    assert not disagreements(
        """
        case                              | age | sex | hb  | ferritin | tsat | crp | agp | egfr | marrow_iron_grade | marrow_particles | dx      | verdict
        AGP 1.1                           | 40  | F   | 110 | 60       | 25   | 1   | 1.1 |      | 0@9               | 7@9              |         | confirmed
        AGP 1                             | 40  | F   | 110 | 60       | 25   | 1   | 1   |      | 0@9               | 7@9              |         | not_met
        eGFR 59.9                         | 40  | F   | 110 | 60       | 25   | 1   |     | 59.9 | 0@9               | 7@9              |         | confirmed
        eGFR 60                           | 40  | F   | 110 | 60       | 25   | 1   |     | 60   | 0@9               | 7@9              |         | not_met
        CRP 5.1                           | 40  | F   | 110 | 60       | 25   | 5.1 |     |      | 0@9               | 7@9              |         | confirmed
        CRP 5                             | 40  | F   | 110 | 60       | 25   | 5   |     |      | 0@9               | 7@9              |         | not_met
        girl of 4, no TSAT, ferritin 29.9 | 4   | F   | 100 | 29.9     |      | 6   |     |      |                   |                  |         | possible
        girl of 4, no TSAT, ferritin 30   | 4   | F   | 100 | 30       |      | 6   |     |      |                   |                  |         | not_met
        girl of 4, Crohn, CRP 5           | 4   | F   | 100 | 29       | 15   | 5   |     |      |                   |                  | K50@-90 | not_met
        girl of 4, Crohn, CRP 5.1         | 4   | F   | 100 | 29       | 15   | 5.1 |     |      |                   |                  | K50@-90 | probable
        girl of 4, Crohn, AGP 1           | 4   | F   | 100 | 29       | 15   | 1   | 1   |      |                   |                  | K50@-90 | not_met
        girl of 4, AGP 1.1                | 4   | F   | 100 | 29       | 15   | 1   | 1.1 |      |                   |                  |         | probable
        """,
        "iron_deficiency_under_inflammation",
    )


def test_iron_deficiency_under_inflammation_where_something_is_open() -> None:
    assert not disagreements(
        """
        case                 | age | sex | ferritin | crp | hb  | tsat | verdict
        no age, ferritin 20  |     | F   | 20       | 20  |     |      | indeterminate (age, tsat)
        child, TSAT below 44 | 4   | F   |          |     | 100 | <44  | indeterminate (crp, ferritin, tsat(censored))
        """,
        "iron_deficiency_under_inflammation",
    )


def test_mixed_iron_deficiency_and_inflammation() -> None:
    assert not disagreements(
        """
        case                              | age | sex | hb  | ferritin | tsat | crp | agp | egfr | marrow_iron_grade | marrow_particles | dx      | verdict
        AGP 1.1                           | 40  | F   | 110 | 60       | 25   | 1   | 1.1 |      | 0@9               | 7@9              |         | confirmed
        AGP 1                             | 40  | F   | 110 | 60       | 25   | 1   | 1   |      | 0@9               | 7@9              |         | not_met
        eGFR 59.9                         | 40  | F   | 110 | 60       | 25   | 1   |     | 59.9 | 0@9               | 7@9              |         | confirmed
        eGFR 60                           | 40  | F   | 110 | 60       | 25   | 1   |     | 60   | 0@9               | 7@9              |         | not_met
        CRP 5.1                           | 40  | F   | 110 | 60       | 25   | 5.1 |     |      | 0@9               | 7@9              |         | confirmed
        CRP 5                             | 40  | F   | 110 | 60       | 25   | 5   |     |      | 0@9               | 7@9              |         | not_met
        girl of 4, no TSAT, ferritin 29.9 | 4   | F   | 100 | 29.9     |      | 6   |     |      |                   |                  |         | possible
        girl of 4, no TSAT, ferritin 30   | 4   | F   | 100 | 30       |      | 6   |     |      |                   |                  |         | not_met
        girl of 4, Crohn, CRP 5           | 4   | F   | 100 | 29       | 15   | 5   |     |      |                   |                  | K50@-90 | not_met
        girl of 4, Crohn, CRP 5.1         | 4   | F   | 100 | 29       | 15   | 5.1 |     |      |                   |                  | K50@-90 | probable
        girl of 4, Crohn, AGP 1           | 4   | F   | 100 | 29       | 15   | 1   | 1   |      |                   |                  | K50@-90 | not_met
        girl of 4, AGP 1.1                | 4   | F   | 100 | 29       | 15   | 1   | 1.1 |      |                   |                  |         | probable
        """,
        "mixed_iron_deficiency_and_inflammation",
    )


def test_mixed_iron_deficiency_and_inflammation_where_something_is_open() -> None:
    assert not disagreements(
        """
        case                        | age | sex | hb  | ferritin | crp | tsat | egfr | verdict
        no age, ferritin 29.9       |     | F   | 100 | 29.9     | 6   |      |      | indeterminate (age, tsat)
        no age, TSAT 19.9           |     | F   | 100 | 29.9     | 6   | 19.9 |      | indeterminate (age)
        no hemoglobin, kidney       | 50  | F   |     | 50       |     |      | 59.9 | indeterminate (crp, hb, tsat)
        no hemoglobin, kidney at 60 | 50  | F   |     | 99       |     |      | 60   | not_met
        child, TSAT above 16        | 4   | F   | 100 |          |     | >16  |      | indeterminate (crp, ferritin, tsat(censored))
        """,
        "mixed_iron_deficiency_and_inflammation",
    )


def test_functional_iron_deficiency() -> None:
    assert not disagreements(
        """
        case                        | age | sex | hb  | ferritin | tsat | crp | marrow_iron_grade | rx           | verdict
        marrow iron, TSAT 20, ESA   | 60  | M   | 101 | 200      | 20   | 1   | 3@9               | B03XA@-30:-1 | possible
        marrow iron, TSAT 19.9, ESA | 60  | M   | 101 | 200      | 19.9 | 1   | 3@9               | B03XA@-30:-1 | confirmed
        """,
        "functional_iron_deficiency",
    )


def test_functional_iron_deficiency_where_something_is_open() -> None:
    assert not disagreements(
        """
        case               | age | sex | hb  | ferritin | tsat | rx             | verdict
        TSAT below 30      | 50  | F   | 101 | 300      | <30  |                | indeterminate (crp, tsat(censored))
        ESA, TSAT above 20 | 60  | M   | 105 |          | >20  | B03XA01@-60:-1 | indeterminate (ferritin, tsat(censored))
        """,
        "functional_iron_deficiency",
    )


def test_anemia_of_inflammation() -> None:
    assert not disagreements(
        """
        case                                      | age | sex | hb  | mcv | ferritin | tsat | crp | marrow_iron_grade | verdict
        girl of 4, ferritin 19.9 with marrow iron | 4   | F   | 100 | 80  | 19.9     | 15   | 30  | 1@9               | not_met
        girl of 4, ferritin 20 with marrow iron   | 4   | F   | 100 | 80  | 20       | 15   | 30  | 1@9               | confirmed
        girl of 5, ferritin 29.9 with marrow iron | 5   | F   | 100 | 80  | 29.9     | 15   | 30  | 1@9               | not_met
        """,
        "anemia_of_inflammation",
    )


def test_anemia_of_inflammation_where_something_is_open() -> None:
    assert not disagreements(
        """
        case                                     | ferritin | marrow_iron_grade | verdict
        no age, ferritin 15, iron in marrow      | 15       | 1@9               | indeterminate (crp, hb, tsat)
        no age, ferritin below 5, iron in marrow | <5       | 1@9               | not_met
        no age, ferritin 15                      | 15       |                   | not_met
        """,
        "anemia_of_inflammation",
    )


def test_marrow_confirmed_iron_deficiency_where_something_is_open() -> None:
    assert not disagreements(
        """
        case                       | age | marrow_iron_grade | marrow_particles | marrow_specimen | verdict
        grade below 3, not counted | 40  | <3@9              |                  |                 | indeterminate (marrow_iron_grade(censored))
        grade below 3, 8 particles | 40  | <3@9              | 8@9              |                 | indeterminate (marrow_iron_grade(censored))
        more than 5 particles      | 40  | 0@9               | >5@9             |                 | indeterminate (marrow_particles(censored))
        grade below 3, trephine    | 40  | <3@9              |                  | 1@9             | indeterminate (marrow_iron_grade(censored))
        """,
        "marrow_confirmed_iron_deficiency",
    )


def test_marrow_iron_exam_candidate_where_something_is_open() -> None:
    assert not disagreements(
        """
        case                  | age | sex | hb  | ferritin | tsat | crp | verdict
        no age, ferritin 30   |     | F   | 100 | 30       | 12   | 38  | indeterminate (age)
        no age, ferritin 29.9 |     | F   | 100 | 29.9     | 12   | 38  | not_met
        ferritin at most 45   | 50  | F   | 100 | <=45     | 12   | 38  | indeterminate (ferritin(censored))
        """,
        "marrow_iron_exam_candidate",
    )


def test_iron_treatment_nonresponse() -> None:
    assert not disagreements(
        """
        case                               | age | sex | hb         | mcv | ferritin | tsat | marrow_iron_grade | marrow_particles | rx         | followup | verdict
        ferritin 29.9, 20 days             | 40  | F   | 100;105@30 | 85  | 29.9     |      |                   |                  | B03AA@0:19 | 365      | probable
        ferritin 44.9, 20 days             | 40  | F   | 100;105@30 | 85  | 44.9     |      |                   |                  | B03AA@0:19 | 365      | probable
        ferritin 44.9                      | 40  | F   | 100;105@30 | 85  | 44.9     |      |                   |                  | B03AA@0    | 365      | confirmed
        ferritin 45, not small             | 40  | F   | 100;105@30 | 85  | 45       |      |                   |                  | B03AA@0    | 365      | not_met
        ferritin 45, TSAT 15               | 40  | F   | 100;105@30 | 75  | 45       | 15   |                   |                  | B03AA@0    | 365      | possible
        girl of 10, ferritin 30, TSAT 15   | 10  | F   | 100;105@30 | 70  | 30       | 15   |                   |                  | B03AA@0    | 365      | possible
        girl of 10, ferritin 29.9          | 10  | F   | 100;105@30 | 85  | 29.9     |      |                   |                  | B03AA@0    | 365      | confirmed
        girl of 10, ferritin 29.9, 20 days | 10  | F   | 100;105@30 | 85  | 29.9     |      |                   |                  | B03AA@0:19 | 365      | probable
        girl of 4, ferritin 12, TSAT 15    | 4   | F   | 100;105@30 | 70  | 12       | 15   |                   |                  | B03AA@0    | 365      | possible
        girl of 4, ferritin 11.9           | 4   | F   | 100;105@30 | 82  | 11.9     |      |                   |                  | B03AA@0    | 365      | confirmed
        girl of 4, ferritin 11.9, 20 days  | 4   | F   | 100;105@30 | 82  | 11.9     |      |                   |                  | B03AA@0:19 | 365      | probable
        marrow iron absent                 | 40  | F   | 100;105@30 | 85  | 100      |      | 0@9               | 7@9              | B03AA@0    | 365      | confirmed
        marrow iron absent, 20 days        | 40  | F   | 100;105@30 | 85  | 100      |      | 0@9               | 7@9              | B03AA@0:19 | 365      | probable
        """,
        "iron_treatment_nonresponse",
    )


def test_gap_iron_deficiency_label_unsupported() -> None:
    assert not disagreements(
        """
        case                    | age | sex | hb  | hct | ferritin | tsat | crp | agp | egfr | marrow_iron_grade | marrow_specimen | dx      | verdict
        4 years, ferritin 20    | 4   | F   | 100 | 30  | 20       | 25   | 1   |     |      |                   |                 | D50.9@0 | confirmed
        4 years, ferritin 19.9  | 4   | F   | 100 | 30  | 19.9     | 25   | 1   |     |      |                   |                 | D50.9@0 | not_met
        5 years, ferritin 30    | 5   | F   | 100 | 30  | 30       | 25   | 1   |     |      |                   |                 | D50.9@0 | confirmed
        5 years, ferritin 29.9  | 5   | F   | 100 | 30  | 29.9     | 25   | 1   |     |      |                   |                 | D50.9@0 | not_met
        40 years, ferritin 45   | 40  | F   | 100 | 30  | 45       | 25   | 1   |     |      |                   |                 | D50.9@0 | confirmed
        40 years, ferritin 44.9 | 40  | F   | 100 | 30  | 44.9     | 25   | 1   |     |      |                   |                 | D50.9@0 | not_met
        AGP 1.1                 | 40  | F   | 100 | 30  | 60       | 25   | 1   | 1.1 |      |                   |                 | D50.9@0 | indeterminate (ferritin_equivocal)
        AGP 1                   | 40  | F   | 100 | 30  | 60       | 25   | 1   | 1   |      |                   |                 | D50.9@0 | confirmed
        eGFR 59.9               | 40  | F   | 100 | 30  | 60       | 25   | 1   |     | 59.9 |                   |                 | D50.9@0 | indeterminate (ferritin_equivocal)
        eGFR 60                 | 40  | F   | 100 | 30  | 60       | 25   | 1   |     | 60   |                   |                 | D50.9@0 | confirmed
        trephine without iron   | 40  | F   | 100 | 30  | 200      | 25   | 1   |     |      | 0@9               | 1@9             | D50.9@0 | not_met
        """,
        "gap_iron_deficiency_label_unsupported",
    )


def test_gap_iron_deficiency_label_unsupported_where_something_is_open() -> None:
    assert not disagreements(
        """
        case                | sex | hb  | ferritin | tsat | crp | dx      | verdict
        no age, ferritin 45 | F   | 100 | 45       | 25   | 1   | D50.9@0 | indeterminate (age)
        no age, ferritin 25 | F   | 100 | 25       | 25   | 1   | D50.9@0 | indeterminate (age)
        """,
        "gap_iron_deficiency_label_unsupported",
    )


def test_gap_ferritin_read_as_normal_while_inflamed() -> None:
    assert not disagreements(
        """
        case                     | age | sex | hb  | ferritin | tsat | crp | followup | verdict
        ferritin 99.9, no TSAT   | 40  | F   | 110 | 99.9     |      | 6   | 90       | probable
        ferritin 100, no TSAT    | 40  | F   | 110 | 100      |      | 6   | 90       | indeterminate (tsat)
        ferritin 99.9, TSAT 19.9 | 40  | F   | 110 | 99.9     | 19.9 | 6   | 90       | confirmed
        ferritin 299, TSAT 19.9  | 40  | F   | 110 | 299      | 19.9 | 6   | 90       | possible
        ferritin 300             | 40  | F   | 110 | 300      | 19.9 | 6   | 90       | not_met
        ferritin over 250        | 40  | F   | 110 | >250     | 19.9 | 6   | 90       | not_met
        """,
        "gap_ferritin_read_as_normal_while_inflamed",
    )


def test_gap_ferritin_read_as_normal_while_inflamed_where_something_is_open() -> None:
    assert not disagreements(
        """
        case                           | age | sex | hb  | followup | ferritin | tsat | crp | observed | verdict
        CRP at least 5, ferritin 30    | 50  | F   | 110 | 90       | 30       | 15   | >=5 |          | indeterminate (crp(censored))
        CRP at least 5, no TSAT        | 50  | F   | 110 | 90       | 30       |      | >=5 |          | indeterminate (crp(censored))
        CRP at least 5, ferritin 100   | 50  | F   | 110 | 90       | 100      | 15   | >=5 |          | indeterminate (crp(censored))
        TSAT at most 20, ferritin 30   | 50  | F   | 110 | 90       | 30       | <=20 | 6   |          | indeterminate (tsat(censored))
        TSAT at most 20, ferritin 100  | 50  | F   | 110 | 90       | 100      | <=20 | 6   |          | indeterminate (tsat(censored))
        TSAT above 15                  | 50  | F   | 110 | 90       | 30       | >15  | 6   |          | indeterminate (tsat(censored))
        diagnoses unseen, ferritin 100 | 50  | F   | 110 | 90       | 100      | 19.9 | 6   | lab rx   | indeterminate (domain:dx)
        """,
        "gap_ferritin_read_as_normal_while_inflamed",
    )

"""Expert tables: iron under inflammation, functional iron deficiency, anemia of inflammation, marrow candidates."""

from tests.testbed import disagreements


def test_iron_deficiency_under_inflammation() -> None:
    assert not disagreements(
        """
        case                       | age | sex | hb  | ferritin | tsat | crp | agp | dx          | egfr | stfr | assay   | marrow_iron_grade | marrow_particles | observed          | verdict
        ferritin 99.9              | 40  | F   | 100 | 99.9     | 19.9 | 5.1 |     |             |      |      |         |                   |                  |                   | probable
        ferritin 100               | 40  | F   | 100 | 100      | 19.9 | 6   |     |             |      |      |         |                   |                  |                   | not_met
        TSAT 20                    | 40  | F   | 100 | 60       | 20   | 6   |     |             |      |      |         |                   |                  |                   | not_met
        CRP 5                      | 40  | F   | 100 | 60       | 10   | 5   |     |             |      |      |         |                   |                  |                   | not_met
        CRP 5, AGP high            | 40  | F   | 100 | 60       | 10   | 5   | 1.1 |             |      |      |         |                   |                  |                   | probable
        AGP 1.0, no CRP            | 40  | F   | 100 | 60       | 10   |     | 1.0 |             |      |      |         |                   |                  |                   | indeterminate (crp)
        CRP below 10               | 40  | F   | 100 | 60       | 10   | <10 |     |             |      |      |         |                   |                  |                   | indeterminate (crp(censored))
        CRP below 5                | 40  | F   | 100 | 60       | 10   | <5  |     |             |      |      |         |                   |                  |                   | not_met
        no CRP, context            | 40  | F   | 100 | 60       | 10   |     |     | M05.9@-2000 |      |      |         |                   |                  |                   | probable
        no CRP, eGFR 59            | 40  | F   | 100 | 60       | 10   |     |     |             | 59.9 |      |         |                   |                  |                   | probable
        no CRP, eGFR 60            | 40  | F   | 100 | 60       | 10   |     |     |             | 60   |      |         |                   |                  |                   | indeterminate (crp)
        diagnoses unobserved       | 40  | F   | 100 | 60       | 10   | 2   |     |             |      |      |         |                   |                  | lab               | indeterminate (domain:dx)
        no TSAT, 69.9              | 40  | F   | 100 | 69.9     |      | 20  |     |             |      |      |         |                   |                  |                   | possible
        no TSAT, 70                | 40  | F   | 100 | 70       |      | 20  |     |             |      |      |         |                   |                  |                   | indeterminate (tsat)
        no TSAT, 100               | 40  | F   | 100 | 100      |      | 20  |     |             |      |      |         |                   |                  |                   | not_met
        already deficient          | 40  | F   | 100 | 44.9     | 10   | 20  |     |             |      |      |         |                   |                  |                   | not_met
        not anemic, inflamed       | 40  | M   | 140 | 60       | 15   |     |     | I50.22@-300 |      |      |         |                   |                  |                   | probable
        not anemic, no ferritin    | 40  | M   | 140 |          | 15   | 20  |     |             |      |      |         |                   |                  |                   | not_met
        not anemic, not inflamed   | 40  | M   | 140 | 60       | 15   | 2   |     |             |      |      |         |                   |                  |                   | not_met
        sTfR index above 2         | 40  | F   | 100 | 100      | 12   | 20  |     |             |      | 4.1  | beckman |                   |                  |                   | probable
        sTfR index exactly 2       | 40  | F   | 100 | 100      | 12   | 20  |     |             |      | 4.0  | beckman |                   |                  |                   | not_met
        sTfR by another assay      | 40  | F   | 100 | 100      | 12   | 20  |     |             |      | 9    | roche   |                   |                  |                   | not_met
        marrow without iron        | 40  | F   | 100 | 150      | 11   | 40  |     |             |      |      |         | 0                 | 7                |                   | confirmed
        marrow with iron           | 40  | F   | 100 | 60       | 12   | 30  |     |             |      |      |         | 1                 | 9                |                   | not_met
        toddler                    | 2   | F   | 108 | 29.9     | 10   | 12  |     |             |      |      |         |                   |                  |                   | probable
        toddler, ferritin 30       | 2   | F   | 108 | 30       | 10   | 12  |     |             |      |      |         |                   |                  |                   | not_met
        """,
        "iron_deficiency_under_inflammation",
    )


def test_functional_iron_deficiency() -> None:
    assert not disagreements(
        """
        case                      | age | sex | hb  | ferritin | tsat | crp | dx          | rx                | chr  | hypo_pct | marrow_iron_grade | marrow_particles | observed | verdict
        ferritin 100, CKD         | 60  | M   | 101 | 100      | 19.9 | 2   | N18.4@-500  |                   |      |          |                   |                  |          | probable
        ferritin 99.9             | 60  | M   | 101 | 99.9     | 12   | 2   | N18.4@-500  |                   |      |          |                   |                  |          | not_met
        ferritin 500              | 60  | M   | 101 | 500      | 12   | 2   | N18.4@-500  |                   |      |          |                   |                  |          | probable
        ferritin 501              | 60  | M   | 101 | 501      | 12   | 2   | N18.4@-500  |                   |      |          |                   |                  |          | possible
        ferritin 800              | 60  | M   | 101 | 800      | 12   | 2   |             |                   |      |          |                   |                  |          | possible
        no TSAT, 6 % hypochromic  | 60  | M   | 101 | 300      |      | 2   |             |                   |      | 6        |                   |                  |          | indeterminate (tsat)
        ferritin 801              | 60  | M   | 101 | 801      | 12   | 2   |             |                   |      |          |                   |                  |          | not_met
        no reason known           | 60  | M   | 101 | 200      | 12   | 2   |             |                   |      |          |                   |                  |          | possible
        marrow iron, no ferritin  | 60  | M   | 101 |          | 12   | 30  |             |                   |      |          | 3                 | 9                |          | indeterminate (ferritin)
        inflamed                  | 60  | M   | 101 | 200      | 12   | 5.1 |             |                   |      |          |                   |                  |          | probable
        ESA, TSAT 30              | 60  | M   | 105 | 500      | 30   | 2   |             | B03XA01@-60:-1    |      |          |                   |                  |          | possible
        ESA, TSAT 30.1            | 60  | M   | 105 | 500      | 30.1 | 2   |             | B03XA01@-60:-1    |      |          |                   |                  |          | not_met
        TSAT 20, no ESA           | 60  | M   | 105 | 300      | 20   | 2   | N18.4@-500  |                   |      |          |                   |                  |          | not_met
        no ESA seen, unobserved   | 60  | M   | 105 | 300      | 25   | 2   |             |                   |      |          |                   |                  | lab dx   | not_met
        no TSAT                   | 60  | M   | 105 | 150      |      | 2   |             |                   |      |          |                   |                  |          | indeterminate (tsat)
        no TSAT, CHr 28.9         | 60  | M   | 105 | 150      |      | 2   |             |                   | 28.9 |          |                   |                  |          | possible
        no TSAT, CHr 29           | 60  | M   | 105 | 150      |      | 2   |             |                   | 29   |          |                   |                  |          | indeterminate (tsat)
        no TSAT, hypochromic 6.1  | 60  | M   | 105 | 150      |      | 2   |             |                   |      | 6.1      |                   |                  |          | possible
        no ferritin               | 60  | M   | 105 |          | 12   | 2   |             |                   |      |          |                   |                  |          | indeterminate (ferritin)
        no ferritin, TSAT 25      | 60  | M   | 105 |          | 25   | 2   |             |                   |      |          |                   |                  |          | not_met
        heart failure, no anemia  | 70  | M   | 140 | 180      | 15   | 3   | I50.22@-300 |                   |      |          |                   |                  |          | probable
        no anemia                 | 70  | M   | 140 | 180      | 15   | 30  |             |                   |      |          |                   |                  |          | not_met
        not anemic, no ferritin   | 70  | M   | 140 |          | 15   | 30  | I50.22@-300 |                   |      |          |                   |                  |          | not_met
        IV iron 56 days before    | 60  | M   | 101 | 300      | 12   | 2   | N18.4@-500  | B03AC@-56:-56     |      |          |                   |                  |          | indeterminate (ferritin_post_iv_iron)
        IV iron 57 days before    | 60  | M   | 101 | 300      | 12   | 2   | N18.4@-500  | B03AC@-57:-57     |      |          |                   |                  |          | probable
        IV iron the same day      | 60  | M   | 101 | 300      | 12   | 2   | N18.4@-500  | B03AC@0:0         |      |          |                   |                  |          | probable
        IV iron, ferritin low     | 60  | M   | 101 | 60       | 12   | 2   | N18.4@-500  | B03AC@-20         |      |          |                   |                  |          | not_met
        marrow with iron          | 50  | M   | 103 | 60       | 12   | 30  |             |                   |      |          | 1                 | 9                |          | confirmed
        marrow without iron       | 50  | M   | 103 | 160      | 12   | 30  |             |                   |      |          | 0                 | 9                |          | not_met
        """,
        "functional_iron_deficiency",
    )


def test_anemia_of_inflammation() -> None:
    assert not disagreements(
        """
        case                      | age | sex | hb  | mcv   | ferritin | tsat | tibc | crp | dx         | stfr | assay   | marrow_iron_grade | marrow_particles | verdict
        inflamed                  | 60  | F   | 101 |       | 100      | 19.9 |      | 5.1 |            |      |         |                   |                  | probable
        ferritin 99.9             | 60  | F   | 101 |       | 99.9     | 12   |      | 38  |            |      |         |                   |                  | not_met
        TSAT 20                   | 60  | F   | 101 |       | 150      | 20   |      | 30  |            |      |         |                   |                  | not_met
        CRP 5                     | 60  | F   | 101 |       | 150      | 12   |      | 5   | N18.4@-500 |      |         |                   |                  | not_met
        no CRP, context           | 60  | F   | 101 |       | 150      | 12   |      |     | N18.4@-500 |      |         |                   |                  | possible
        no CRP, no context        | 60  | F   | 101 |       | 150      | 12   |      |     |            |      |         |                   |                  | indeterminate (crp)
        no TSAT                   | 60  | F   | 101 |       | 150      |      |      | 38  |            |      |         |                   |                  | indeterminate (tsat)
        no ferritin               | 60  | F   | 101 |       |          | 12   |      | 38  |            |      |         |                   |                  | indeterminate (ferritin)
        not anemic                | 60  | F   | 125 |       | 150      | 12   |      | 38  |            |      |         |                   |                  | not_met
        macrocytic                | 60  | F   | 101 | 100.1 | 150      | 12   |      | 38  |            |      |         |                   |                  | not_met
        MCV 100                   | 60  | F   | 101 | 100   | 150      | 12   |      | 38  |            |      |         |                   |                  | probable
        TIBC 72.1                 | 60  | F   | 101 |       | 150      | 12   | 72.1 | 38  |            |      |         |                   |                  | not_met
        sTfR index below 1        | 60  | F   | 101 |       | 250      | 12   |      | 38  |            | 1.4  | beckman |                   |                  | confirmed
        marrow with iron          | 50  | M   | 103 |       | 60       | 12   |      | 30  |            |      |         | 1                 | 9                | confirmed
        marrow without iron       | 50  | M   | 103 |       | 160      | 12   |      | 30  |            |      |         | 0                 | 9                | not_met
        masked iron deficiency    | 60  | F   | 101 |       | 150      | 12   |      | 38  |            | 5    | beckman |                   |                  | not_met
        """,
        "anemia_of_inflammation",
    )


def test_marrow_iron_exam_candidate() -> None:
    assert not disagreements(
        """
        case                | age | sex | hb  | ferritin | tsat | crp | dx         | stfr | assay   | marrow_iron_grade | marrow_particles | verdict
        ferritin 100        | 60  | F   | 101 | 100      | 19.9 | 38  |            |      |         |                   |                  | probable
        ferritin 300        | 60  | F   | 101 | 300      | 12   | 38  |            |      |         |                   |                  | probable
        ferritin 301        | 60  | F   | 101 | 301      | 12   | 38  |            |      |         |                   |                  | possible
        ferritin 500        | 60  | F   | 101 | 500      | 12   | 38  |            |      |         |                   |                  | possible
        ferritin 501        | 60  | F   | 101 | 501      | 12   | 38  |            |      |         |                   |                  | not_met
        ferritin 99.9       | 60  | F   | 101 | 99.9     | 12   | 38  |            |      |         |                   |                  | possible
        ferritin 45         | 60  | F   | 101 | 45       | 12   | 38  |            |      |         |                   |                  | possible
        already deficient   | 60  | F   | 101 | 44       | 12   | 38  |            |      |         |                   |                  | not_met
        TSAT 20             | 60  | F   | 101 | 150      | 20   | 38  |            |      |         |                   |                  | not_met
        context only        | 60  | F   | 101 | 150      | 12   |     | N18.4@-500 |      |         |                   |                  | possible
        no CRP              | 60  | F   | 101 | 150      | 12   |     |            |      |         |                   |                  | indeterminate (crp)
        no TSAT             | 60  | F   | 101 | 150      |      | 38  |            |      |         |                   |                  | indeterminate (tsat)
        no ferritin         | 60  | F   | 101 |          | 12   | 38  |            |      |         |                   |                  | indeterminate (ferritin)
        no hemoglobin       | 60  | F   |     | 150      | 12   | 38  |            |      |         |                   |                  | not_met
        17 years old        | 17  | F   | 101 | 150      | 12   | 38  |            |      |         |                   |                  | not_applicable
        18 years old        | 18  | F   | 101 | 150      | 12   | 38  |            |      |         |                   |                  | probable
        sTfR index low      | 60  | F   | 101 | 250      | 12   | 38  |            | 1.4  | beckman |                   |                  | not_met
        marrow done         | 60  | F   | 101 | 150      | 12   | 38  |            |      |         | 1                 | 9                | not_met
        marrow inadequate   | 60  | F   | 101 | 150      | 12   | 38  |            |      |         | 0                 | 6                | probable
        """,
        "marrow_iron_exam_candidate",
    )

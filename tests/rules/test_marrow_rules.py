"""Expert tables: what says that the marrow itself may be at fault (4.11, 4.15-4.19)."""

from tests.testbed import disagreements


def test_hypoproliferative_anemia_with_adequate_iron() -> None:
    assert not disagreements(
        """
        case                | age | sex | hb  | hct | rbc | retic_pct | retic_abs | ferritin | tsat | crp | marrow_iron_grade | rx        | verdict
        index 0.99          | 50  | M   | 100 | 30  | 3.3 | 2.2       |           | 120      | 25   |     |                   |           | probable
        very low            | 50  | M   | 100 | 30  | 3.3 | 0.5       |           | 120      | 25   |     |                   |           | probable
        index 1.0           | 50  | M   | 100 | 36  | 3.3 | 1.25      |           | 120      | 25   |     |                   |           | possible
        index 2.0           | 50  | M   | 100 | 36  | 3.3 | 2.5       |           | 120      | 25   |     |                   |           | not_met
        no reticulocytes    | 50  | M   | 100 | 30  | 3.3 |           |           | 120      | 25   |     |                   |           | indeterminate (retic)
        count of 24         | 50  | M   | 100 |     |     |           | 24        | 120      | 25   |     |                   |           | probable
        count of 49         | 50  | M   | 100 |     |     |           | 49        | 120      | 25   |     |                   |           | possible
        TSAT 19.9           | 50  | M   | 100 | 30  | 3.3 | 0.5       |           | 120      | 19.9 |     |                   |           | not_met
        no TSAT             | 50  | M   | 100 | 30  | 3.3 | 0.5       |           | 120      |      |     |                   |           | indeterminate (tsat)
        ferritin 44         | 50  | M   | 100 | 30  | 3.3 | 0.5       |           | 44       | 25   | 1   |                   |           | not_met
        ferritin 45, calm   | 50  | M   | 100 | 30  | 3.3 | 0.5       |           | 45       | 25   | 1   |                   |           | probable
        ferritin 45, no CRP | 50  | M   | 100 | 30  | 3.3 | 0.5       |           | 45       | 25   |     |                   |           | indeterminate (crp)
        ferritin 45, sick   | 50  | M   | 100 | 30  | 3.3 | 0.5       |           | 45       | 25   | 9   |                   |           | indeterminate (ferritin_equivocal)
        marrow iron         | 50  | M   | 100 | 30  | 3.3 | 0.5       |           |          | 25   |     | 2                 |           | probable
        IV iron             | 50  | M   | 100 | 30  | 3.3 | 0.5       |           | 400      | 25   |     |                   | B03AC@-20 | indeterminate (ferritin_post_iv_iron)
        not anemic          | 50  | M   | 130 | 40  | 4.3 | 0.5       |           | 120      | 25   |     |                   |           | not_met
        anemia unknown      | 50  |     | 125 | 38  | 4.1 | 0.5       |           | 120      | 25   |     |                   |           | not_met
        """,
        "hypoproliferative_anemia_with_adequate_iron",
    )


def test_suspected_aplastic_anemia() -> None:
    assert not disagreements(
        """
        case                    | age | sex | hb  | hct | rbc | mcv | anc | plt | wbc | retic_pct | retic_abs | ferritin | blasts_pct | marrow_cellularity | residual_haem | marrow_infiltration | dx        | rx        | observed        | verdict
        severe counts           | 30  | F   | 70  | 21  | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        |          |            |                    |               |                     |           |           |                 | probable
        two of three severe     | 30  | F   | 70  | 21  | 2.2 | 95  | 0.4 | 30  | 1.5 |           | 59        |          |            |                    |               |                     |           |           |                 | probable
        reticulocytes of 60     | 30  | F   | 70  | 21  | 2.2 | 95  | 0.4 | 30  | 1.5 |           | 60        |          |            |                    |               |                     |           |           |                 | not_met
        index of 2 for a count  | 30  | F   | 90  | 36  |     | 95  | 0.4 | 30  | 1.5 | 2.5       |           |          |            |                    |               |                     |           |           |                 | indeterminate (retic)
        no reticulocytes        | 30  | F   | 90  | 30  | 3.0 | 95  | 1.2 | 40  | 2.5 |           |           |          |            |                    |               |                     |           |           |                 | possible
        drugs unobserved        | 30  | F   | 70  | 21  | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        |          |            |                    |               |                     |           |           | lab dx proc enc | possible
        explained by liver      | 30  | F   | 70  | 21  | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        |          |            |                    |               |                     | K74.6@-99 |           |                 | not_met
        small red cells         | 30  | F   | 90  | 27  | 4.0 | 68  | 0.4 | 15  | 1.5 |           | 70        |          |            |                    |               |                     |           |           |                 | not_met
        iron deficient          | 30  | F   | 90  | 30  | 3.0 | 95  | 0.4 | 15  | 1.5 |           | 70        | 8        |            |                    |               |                     |           |           |                 | not_met
        only one count          | 30  | F   | 90  | 30  | 3.0 | 95  | 2.0 | 90  | 4.0 |           | 20        |          |            |                    |               |                     |           |           |                 | not_met
        one count, two unknown  | 30  | F   | 90  | 30  | 3.0 | 95  |     |     |     |           | 20        |          |            |                    |               |                     |           |           |                 | indeterminate (anc, plt)
        none of three           | 30  | F   | 110 | 33  | 3.5 | 95  |     |     |     |           | 20        |          |            |                    |               |                     |           |           |                 | not_applicable
        hypocellular marrow 24  | 30  | F   | 90  | 30  | 3.0 | 95  | 1.2 | 40  | 2.5 |           | 80        |          |            | 24@10              |               |                     |           |           |                 | confirmed
        cellularity 25          | 30  | F   | 90  | 30  | 3.0 | 95  | 1.2 | 40  | 2.5 |           | 20        |          |            | 25@10              |               |                     |           |           |                 | not_met
        49 with 29 residual     | 30  | F   | 90  | 30  | 3.0 | 95  | 1.2 | 40  | 2.5 |           | 20        |          |            | 49@10              | 29@10         |                     |           |           |                 | confirmed
        49 with 30 residual     | 30  | F   | 90  | 30  | 3.0 | 95  | 1.2 | 40  | 2.5 |           | 20        |          |            | 49@10              | 30@10         |                     |           |           |                 | not_met
        marrow, drugs unseen    | 30  | F   | 90  | 30  | 3.0 | 95  | 1.2 | 40  | 2.5 |           | 20        |          |            | 10@10              |               |                     |           |           | lab             | confirmed
        marrow, lupus           | 30  | F   | 90  | 30  | 3.0 | 95  | 1.2 | 40  | 2.5 |           | 20        |          |            | 10@10              |               |                     | M32@-9    |           |                 | possible
        marrow, counts unknown  | 30  | F   | 90  | 30  | 3.0 | 95  |     |     |     |           | 20        |          |            | 10@10              |               |                     |           |           |                 | indeterminate (anc, plt)
        chemotherapy            | 30  | F   | 90  | 30  | 3.0 | 95  | 1.2 | 40  | 2.5 |           | 20        |          |            | 10@10              |               |                     |           | L01@-90   |                 | not_met
        91 days ago             | 30  | F   | 90  | 30  | 3.0 | 95  | 1.2 | 40  | 2.5 |           | 20        |          |            | 10@10              |               |                     |           | L01@-150:-91 |              | confirmed
        blasts in the blood     | 30  | F   | 70  | 21  | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        |          | 1          |                    |               |                     |           |           |                 | not_met
        infiltrated             | 30  | F   | 70  | 21  | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        |          |            |                    |               | 1@10                |           |           |                 | not_met
        no blasts               | 30  | F   | 70  | 21  | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        |          | 0          |                    |               |                     |           |           |                 | probable
        half empty              | 30  | F   | 70  | 21  | 2.2 | 95  | 0.4 | 15  | 1.5 |           | 20        |          |            | 50@10              |               |                     |           |           |                 | not_met
        neutrophils of zero     | 30  | F   | 70  | 21  | 2.2 | 95  | 0   | 0   | 0.4 |           | 0         |          |            |                    |               |                     |           |           |                 | probable
        """,
        "suspected_aplastic_anemia",
    )


def test_suspected_mds() -> None:
    assert not disagreements(
        """
        case                    | age | sex | hb         | mcv | anc         | plt         | wbc | b12 | folate | copper | tsh | ferritin | blasts_pct | marrow_dysplasia | marrow_blasts | ring_sideroblasts | sf3b1 | marrow_cellularity | marrow_infiltration | pregnant | dx        | rx           | observed        | verdict
        macrocytic anemia       | 50  | M   | 129        | 101 | 3           | 200         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | possible
        hemoglobin 130          | 50  | M   | 130        | 101 | 3           | 200         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | not_applicable
        MCV 100                 | 50  | M   | 120        | 100 | 3           | 200         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | not_met
        MCV unknown             | 50  | M   | 120        |     | 3           | 200         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | indeterminate (mcv)
        two lines, 59           | 59  | M   | 120        | 95  | 1.7         | 200         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | not_met
        two lines, 60           | 60  | M   | 120        | 95  | 1.7         | 200         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | possible
        neutrophils 1.8         | 60  | M   | 120        | 95  | 1.8         | 200         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | not_met
        neutrophils unknown     | 60  | M   | 120        | 95  |             | 200         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | indeterminate (anc)
        sex unknown             | 60  |     | 125        | 105 | 3           | 140         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | indeterminate (sex)
        lasting                 | 50  | F   | 110;109@-120 | 104 | 3         | 200         | 5   | 148 | 6.8    |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | probable
        lasting 119 days        | 50  | F   | 110;109@-119 | 104 | 3         | 200         | 5   | 148 | 6.8    |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | possible
        lasting 730 days        | 50  | F   | 110;109@730  | 104 | 3         | 200         | 5   | 148 | 6.8    |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | probable
        lasting, not measured   | 50  | F   | 110;109@-120 | 104 | 3         | 200         | 5   |     | 6.8    |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | possible
        lasting, drugs unseen   | 50  | F   | 110;109@-120 | 95  | 1.5       | 200         | 5   | 148 | 6.8    |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              | lab dx proc enc | possible
        B12 low                 | 50  | F   | 110        | 104 | 3           | 200         | 5   | 147 | 6.8    |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | not_met
        folate low              | 50  | F   | 110        | 104 | 3           | 200         | 5   | 200 | 6.7    |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | not_met
        TSH 10                  | 50  | F   | 110        | 104 | 3           | 200         | 5   |     |        |        | 10  |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | possible
        TSH 10.1                | 50  | F   | 110        | 104 | 3           | 200         | 5   |     |        |        | 10.1 |         |            |                  |               |                   |       |                    |                     |          |           |              |                 | not_met
        phenytoin               | 50  | F   | 110        | 104 | 3           | 200         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          |           | N03AB02@-5   |                 | not_met
        alcohol                 | 50  | F   | 110        | 104 | 3           | 200         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          | F10.2@-99 |              |                 | not_met
        pregnant                | 40  | F   | 100        | 104 | 3           | 200         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     | 2        |           |              |                 | not_met
        small and iron deficient | 70 | F   | 100        | 75  | 1.5         | 140         | 3   |     |        |        |     | 8        |            |                  |               |                   |       |                    |                     |          |           |              |                 | not_met
        aged 17                 | 17  | F   | 110        | 104 | 1.5         | 140         | 3   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          |           |              |                 | not_applicable
        blasts on the film      | 50  | F   | 110        | 95  | 3           | 200         | 5   |     |        |        |     |          | 1          |                  |               |                   |       |                    |                     |          |           |              |                 | probable
        film, all unobserved    | 50  | F   | 110        | 95  | 3           | 200         | 5   |     |        |        |     |          | 19         |                  |               |                   |       |                    |                     |          |           |              | lab             | probable
        leukemia                | 50  | F   | 110        | 95  | 3           | 200         | 5   |     |        |        |     |          | 20         |                  |               |                   |       |                    |                     |          |           |              |                 | not_met
        dysplasia 10            | 50  | F   | 110        | 95  | 3           | 200         | 5   |     |        |        |     |          |            | 10@9             |               |                   |       |                    |                     |          |           |              |                 | confirmed
        negative marrow         | 50  | F   | 110        | 104 | 3           | 200         | 5   |     |        |        |     |          |            | 9@9              | 4@9           |                   |       |                    |                     |          |           |              |                 | not_met
        marrow blasts 5         | 50  | F   | 110        | 95  | 3           | 200         | 5   |     |        |        |     |          |            |                  | 5@9           |                   |       |                    |                     |          |           |              |                 | confirmed
        marrow blasts 20        | 50  | F   | 110        | 104 | 3           | 200         | 5   |     |        |        |     |          |            |                  | 20@9          |                   |       |                    |                     |          |           |              |                 | not_met
        ring sideroblasts 15    | 50  | F   | 110        | 95  | 3           | 200         | 5   |     |        |        |     |          |            |                  |               | 15@9              |       |                    |                     |          |           |              |                 | confirmed
        sideroblasts, isoniazid | 50  | F   | 110        | 95  | 3           | 200         | 5   |     |        |        |     |          |            |                  |               | 15@9              |       |                    |                     |          |           | J04AC01@-180:-180 |            | not_met
        isoniazid 181 days ago  | 50  | F   | 110        | 95  | 3           | 200         | 5   |     |        |        |     |          |            |                  |               | 15@9              |       |                    |                     |          |           | J04AC01@-181:-181 |            | confirmed
        copper low              | 50  | F   | 110        | 95  | 3           | 200         | 5   |     |        | 10.9   |     |          |            | 30@9             |               |                   |       |                    |                     |          |           |              |                 | not_met
        hypocellular            | 50  | F   | 110        | 104 | 1.5         | 40          | 2   |     |        |        |     |          |            |                  |               |                   |       | 10@9               |                     |          |           |              |                 | not_met
        infiltrated             | 50  | F   | 110        | 104 | 1.5         | 40          | 2   |     |        |        |     |          |            |                  |               |                   |       |                    | 1@9                 |          |           |              |                 | not_met
        known, normal count     | 50  | F   | 130        | 95  | 3           | 200         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          | D46.9@180 |              |                 | confirmed
        known, alcohol          | 50  | F   | 110        | 95  | 3           | 200         | 5   |     |        |        |     |          |            |                  |               |                   |       |                    |                     |          | D46.9@-9; F10.2@-9 |     |                 | confirmed
        """,
        "suspected_mds",
    )


def test_persistent_unexplained_cytopenia() -> None:
    assert not disagreements(
        """
        case                     | age | sex | hb           | anc        | plt          | wbc | ferritin | tsat | crp | b12 | folate | egfr | tsh | marrow_dysplasia | marrow_blasts | clonal_mutation | marrow_cellularity | marrow_infiltration | ring_sideroblasts | mcv | rbc | hba2 | pregnant | dx        | rx | observed        | verdict
        platelets low twice      | 40  | M   | 150          | 3          | 120;130@-120 | 5   |          |      |     |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | possible
        119 days                 | 40  | M   | 150          | 3          | 120;130@-119 | 5   |          |      |     |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | not_applicable
        730 days later           | 40  | M   | 150          | 3          | 120;130@730  | 5   |          |      |     |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | possible
        731 days later           | 40  | M   | 150          | 3          | 120;130@731  | 5   |          |      |     |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | not_applicable
        recovered                | 40  | M   | 150;150@-200 | 3;3@-200   | 120;150@-200 | 5   |          |      |     |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | not_met
        other line then          | 40  | M   | 150;150@-200 | 3;1@-200   | 120;150@-200 | 5   |          |      |     |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | not_met
        line not counted then    | 40  | M   | 150;150@-200 | 3          | 120          | 5   |          |      |     |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | indeterminate (plt_120_730d)
        no line low              | 40  | M   | 150;120@-200 | 3          | 150          | 5   |          |      |     |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | not_met
        all measured normal      | 40  | M   | 150          | 3          | 120;130@-200 | 5   | 100      |      |     | 148 | 6.8    | 60   | 10  |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | probable
        drugs unobserved         | 40  | M   | 150          | 3          | 120;130@-200 | 5   | 100      |      |     | 148 | 6.8    | 60   | 10  |                  |               |                 |                    |                     |                   |     |     |      |          |           |    | lab dx proc enc | possible
        marrow normal            | 40  | M   | 150          | 3          | 120;130@-200 | 5   |          |      |     |     |        |      |     | 9@9              | 4@9           | 0@9             |                    |                     |                   |     |     |      |          |           |    | lab             | confirmed
        marrow normal, clone     | 40  | M   | 150          | 3          | 120;130@-200 | 5   |          |      |     |     |        |      |     | 9@9              | 4@9           | 1@9             |                    |                     |                   |     |     |      |          |           |    |                 | possible
        clone not looked for     | 40  | M   | 150          | 3          | 120;130@-200 | 5   |          |      |     |     |        |      |     | 9@9              | 4@9           |                 |                    |                     |                   |     |     |      |          |           |    |                 | possible
        dysplasia 10             | 40  | M   | 150          | 3          | 120;130@-200 | 5   |          |      |     |     |        |      |     | 10@9             | 4@9           | 0@9             |                    |                     |                   |     |     |      |          |           |    |                 | not_met
        hypocellular             | 40  | M   | 150          | 3          | 120;130@-200 | 5   |          |      |     |     |        |      |     |                  |               |                 | 20@9               |                     |                   |     |     |      |          |           |    |                 | not_met
        infiltrated              | 40  | M   | 150          | 3          | 120;130@-200 | 5   |          |      |     |     |        |      |     |                  |               |                 |                    | 1@9                 |                   |     |     |      |          |           |    |                 | not_met
        iron deficient           | 40  | M   | 150          | 3          | 120;130@-200 | 5   | 10       |      |     |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | not_met
        kidney disease           | 40  | M   | 150          | 3          | 120;130@-200 | 5   |          |      |     |     |        | 59   |     |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | not_met
        thyroid                  | 40  | M   | 150          | 3          | 120;130@-200 | 5   |          |      |     |     |        |      | 11  |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | not_met
        inflamed                 | 40  | M   | 120;120@-200 | 3          | 200          | 5   | 200      | 10   | 30  |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | not_met
        masked iron deficiency   | 40  | M   | 120;120@-200 | 3          | 200          | 5   | 80       | 10   | 30  |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | not_met
        thalassemia trait        | 40  | M   | 120;120@-200 | 3          | 200          | 5   |          |      |     |     |        |      |     |                  |               |                 |                    |                     |                   | 66  | 6   | 5    |          |           |    |                 | not_met
        pregnant                 | 30  | F   | 115;115@-200 | 3          | 200          | 5   |          |      |     |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      | 1        |           |    |                 | not_met
        known MDS                | 40  | M   | 150          | 3          | 120;130@-200 | 5   |          |      |     |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          | D46.9@100 |    |                 | not_met
        sepsis                   | 40  | M   | 150          | 3          | 120;130@-200 | 5   |          |      |     |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          | A41.9@14  |    |                 | not_met
        child                    | 17  | M   | 150          | 3          | 120;130@-200 | 5   |          |      |     |     |        |      |     |                  |               |                 |                    |                     |                   |     |     |      |          |           |    |                 | not_applicable
        """,
        "persistent_unexplained_cytopenia",
    )


def test_suspected_marrow_infiltration() -> None:
    assert not disagreements(
        """
        case                    | age | sex | hb  | hct | rbc | mcv | anc | plt | wbc | retic_pct | ferritin | smear_leb | nrbc | myelocytes_pct | ig_pct | marrow_infiltration | dx         | rx       | observed        | verdict
        found in the marrow     | 65  | M   | 140 | 42  | 4.6 | 90  | 3   | 200 | 5   |           |          |           |      |                |        | 1@9                 |            |          | lab             | confirmed
        film                    | 65  | M   | 100 | 30  | 3.3 | 90  | 3   | 200 | 5   |           |          | 1         |      |                |        |                     |            |          | lab             | probable
        film, marrow negative   | 65  | M   | 100 | 30  | 3.3 | 90  | 3   | 200 | 5   |           |          | 1         |      |                |        | 0@9                 |            |          |                 | not_met
        film, not anemic        | 65  | M   | 140 | 42  | 4.6 | 90  | 3   | 200 | 5   |           |          | 1         |      |                |        |                     |            |          |                 | not_met
        film, anemia unknown    | 65  |     | 125 | 38  | 4.1 | 90  | 3   | 200 | 5   |           |          | 1         |      |                |        |                     |            |          |                 | indeterminate (sex)
        film, regenerating      | 65  | M   | 120 | 36  | 4.0 | 90  | 3   | 200 | 5   | 3.75      |          | 1         |      |                |        |                     |            |          |                 | not_met
        film, RPI 2.99          | 65  | M   | 120 | 36  | 4.0 | 90  | 3   | 200 | 5   | 3.73      |          | 1         |      |                |        |                     |            |          |                 | probable
        red and white precursors | 65 | M   | 100 | 30  | 3.3 | 90  | 3   | 200 | 5   |           |          |           | 1    | 1              |        |                     |            |          |                 | probable
        red, granulocytes 2 %   | 65  | M   | 100 | 30  | 3.3 | 90  | 3   | 200 | 5   |           |          |           | 1    |                | 2      |                     |            |          |                 | probable
        red, granulocytes 1.9 % | 65  | M   | 100 | 30  | 3.3 | 90  | 3   | 200 | 5   |           |          |           | 1    |                | 1.9    |                     |            |          |                 | not_met
        no red precursors       | 65  | M   | 100 | 30  | 3.3 | 90  | 3   | 200 | 5   |           |          |           | 0    | 3              | 5      |                     |            |          |                 | not_met
        film normal             | 65  | M   | 100 | 30  | 3.3 | 90  | 3   | 200 | 5   |           |          | 0         | 1    | 0              |        |                     |            |          |                 | not_met
        cancer, platelets 149   | 65  | M   | 100 | 30  | 3.3 | 90  | 3   | 149 | 5   |           |          |           |      |                |        |                     | C61@-1825  |          |                 | probable
        cancer 1826 days ago    | 65  | M   | 100 | 30  | 3.3 | 90  | 3   | 149 | 5   |           |          |           |      |                |        |                     | C61@-1826  |          |                 | not_met
        skin cancer             | 65  | M   | 100 | 30  | 3.3 | 90  | 3   | 149 | 5   |           |          |           |      |                |        |                     | C44.9@-100 |          |                 | not_met
        cancer, neutrophils 1.4 | 65  | M   | 100 | 30  | 3.3 | 90  | 1.4 | 200 | 5   |           |          |           |      |                |        |                     | C61@30     |          |                 | probable
        cancer, drugs unseen    | 65  | M   | 100 | 30  | 3.3 | 90  | 3   | 149 | 5   |           |          |           |      |                |        |                     | C61@-100   |          | lab dx proc enc | possible
        cancer, chemotherapy    | 65  | M   | 100 | 30  | 3.3 | 90  | 3   | 149 | 5   |           |          |           |      |                |        |                     | C61@-100   | L01@-30  |                 | not_met
        cancer, small cells     | 65  | M   | 100 | 30  | 4.3 | 70  | 3   | 149 | 5   |           |          |           |      |                |        |                     | C61@-100   |          |                 | not_met
        cancer, few reticulocytes | 65 | M  | 100 | 30  | 3.3 | 90  | 3   | 200 | 5   | 1.0       |          |           |      |                |        |                     | C61@-100   |          |                 | possible
        cancer, iron deficient  | 65  | M   | 100 | 30  | 3.3 | 90  | 3   | 200 | 5   | 1.0       | 9        |           |      |                |        |                     | C61@-100   |          |                 | not_met
        cancer, no reticulocytes | 65 | M   | 100 | 30  | 3.3 | 90  | 3   | 200 | 5   |           |          |           |      |                |        |                     | C61@-100   |          |                 | indeterminate (retic)
        no cancer               | 65  | M   | 100 | 30  | 3.3 | 90  | 3   | 149 | 5   | 1.0       |          |           |      |                |        |                     |            |          |                 | not_met
        """,
        "suspected_marrow_infiltration",
    )


def test_treatment_related_marrow_suppression() -> None:
    assert not disagreements(
        """
        case                      | age | sex | hb           | anc       | plt           | wbc | rx           | proc       | dx          | observed        | verdict
        baseline normal           | 50  | F   | 99;130@-60   | 3;3@-60   | 200;200@-60   | 5   | L01@-30      |            |             |                 | confirmed
        baseline 180 before       | 50  | F   | 99;130@-210  | 3;3@-210  | 200;200@-210  | 5   | L01@-30      |            |             |                 | confirmed
        baseline 181 before       | 50  | F   | 99;130@-211  | 3;3@-211  | 200;200@-211  | 5   | L01@-30      |            |             |                 | probable
        count after the dose      | 50  | F   | 99;130@-29   | 3;3@-29   | 200;200@-29   | 5   | L01@-30      |            |             |                 | probable
        baseline without platelets | 50 | F   | 99;130@-60   | 3;3@-60   | 200           | 5   | L01@-30      |            |             |                 | probable
        baseline anemic           | 50  | F   | 99;119@-60   | 3;3@-60   | 200;200@-60   | 5   | L01@-30      |            |             |                 | probable
        before the first of two   | 50  | F   | 99;130@-75   | 3;3@-75   | 200;200@-75   | 5   | L01@-80:-80; L01@-30 |    |             |                 | probable
        hemoglobin 100            | 50  | F   | 100          | 3         | 200           | 5   | L01@-30      |            |             |                 | possible
        neutrophils 1.4           | 50  | F   | 130          | 1.4       | 200           | 5   |              | 96413@-90  |             |                 | probable
        platelets 74              | 50  | F   | 130          | 3         | 74            | 5   |              | 77412@-10  |             |                 | probable
        platelets 75              | 50  | F   | 130          | 3         | 75            | 5   |              |            | Z51.0@-10   |                 | possible
        91 days ago               | 50  | F   | 99           | 3         | 200           | 5   |              | 96413@-91  |             |                 | not_met
        nothing low               | 50  | F   | 130          | 3         | 200           | 5   | L01@-30      |            |             |                 | not_met
        count unknown             | 50  | F   | 130          |           | 200           |     | L01@-30      |            |             |                 | indeterminate (anc)
        methotrexate, grade 2     | 50  | F   | 130          | 1.4       | 200           | 5   | L04AX03@-30  |            |             |                 | possible
        methotrexate, one line    | 50  | F   | 110          | 3         | 200           | 5   | L04AX03@-30  |            |             |                 | not_met
        methotrexate, two lines   | 50  | F   | 110          | 3         | 140           | 5   | L04AX03@-30  |            |             |                 | possible
        drugs unobserved          | 50  | F   | 99           | 3         | 200           | 5   |              |            |             | lab dx proc enc | indeterminate (domain:rx)
        only drugs observed       | 50  | F   | 99           | 3         | 200           | 5   |              |            |             | lab rx          | not_met
        unobserved, nothing low   | 50  | F   | 130          | 3         | 200           | 5   |              |            |             | lab dx proc enc | not_met
        """,
        "treatment_related_marrow_suppression",
    )

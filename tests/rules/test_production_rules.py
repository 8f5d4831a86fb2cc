"""Expert tables: sideroblastic anemia, thalassemia trait, and the cytopenias."""

from tests.testbed import disagreements


def test_sideroblastic_anemia() -> None:
    assert not disagreements(
        """
        case                      | age | sex | hb  | hct | mcv  | rbc | retic_pct | retic_abs | ferritin | tsat | crp | dx          | rx        | proc       | ring_sideroblasts | sf3b1 | verdict
        loaded iron               | 48  | M   | 92  | 28  | 71   | 4.0 | 0.9       |           | 100      | 45   | 2   |             |           |            |                   |       | probable
        TSAT 44.9                 | 48  | M   | 92  | 28  | 71   | 4.0 | 0.9       |           | 100      | 44.9 | 2   |             |           |            |                   |       | possible
        ferritin 99.9, CRP normal | 48  | M   | 92  | 28  | 71   | 4.0 | 0.9       |           | 99.9     | 62   | 2   |             |           |            |                   |       | possible
        ferritin 60, inflamed     | 48  | M   | 92  | 28  | 71   | 4.0 | 0.9       |           | 60       | 25   | 20  |             |           |            |                   |       | indeterminate (ferritin_equivocal)
        ferritin 60, no CRP       | 48  | M   | 92  | 28  | 71   | 4.0 | 0.9       |           | 60       | 25   |     |             |           |            |                   |       | indeterminate (crp)
        TSAT 20                   | 48  | M   | 92  | 28  | 71   | 4.0 | 0.9       |           | 150      | 20   | 2   |             |           |            |                   |       | possible
        TSAT 19.9                 | 48  | M   | 92  | 28  | 71   | 4.0 | 0.9       |           | 150      | 19.9 | 2   |             |           |            |                   |       | not_met
        MCV 80                    | 48  | M   | 92  | 28  | 80   |     | 0.9       |           | 150      | 50   | 2   |             |           |            |                   |       | not_met
        RPI exactly 2             | 48  | M   | 120 | 36  | 74   | 4.86| 2.5       |           | 150      | 50   | 2   |             |           |            |                   |       | not_met
        no reticulocytes          | 48  | M   | 92  | 28  | 71   | 4.0 |           |           | 150      | 50   | 2   |             |           |            |                   |       | indeterminate (retic)
        absolute count 49         | 48  | M   | 92  |     | 71   |     |           | 49        | 150      | 50   | 2   |             |           |            |                   |       | probable
        absolute count 50         | 48  | M   | 92  |     | 71   |     |           | 50        | 150      | 50   | 2   |             |           |            |                   |       | indeterminate (retic)
        absolute count 100        | 48  | M   | 92  |     | 71   |     |           | 100       | 150      | 50   | 2   |             |           |            |                   |       | not_met
        transfused 30 days before | 48  | M   | 92  | 28  | 71   | 4.0 | 0.9       |           | 150      | 50   | 2   |             |           | 36430@-30  |                   |       | indeterminate (mcv(transfused), rpi(transfused))
        transfused 31 days before | 48  | M   | 92  | 28  | 71   | 4.0 | 0.9       |           | 150      | 50   | 2   |             |           | 36430@-31  |                   |       | indeterminate (mcv(transfused))
        transfused 121 days before| 48  | M   | 92  | 28  | 71   | 4.0 | 0.9       |           | 150      | 50   | 2   |             |           | 36430@-121 |                   |       | probable
        IV iron                   | 44  | F   | 100 | 31  | 77   | 4.0 | 1.0       |           | 600      | 30   | 2   |             | B03AC@-20 |            |                   |       | indeterminate (ferritin_post_iv_iron)
        trait suppresses          | 30  | F   | 108 | 36  | 66   | 5.5 | 1.8       |           | 80       | 28   | 1   |             |           |            |                   |       | not_met
        hemoglobinopathy          | 48  | M   | 92  | 28  | 71   | 4.0 | 0.9       |           | 150      | 25   | 2   | D57.1@-3000 |           |            |                   |       | not_met
        ring sideroblasts 15      | 72  | M   | 95  |     | 106  |     |           |           |          |      |     |             |           |            | 15@14             |       | confirmed
        ring sideroblasts 14.9    | 72  | M   | 95  |     | 106  |     |           |           |          |      |     |             |           |            | 14.9@14           | 0@14  | not_met
        5 with SF3B1              | 72  | M   | 95  |     | 106  |     |           |           |          |      |     |             |           |            | 5@14              | 1@14  | confirmed
        4.9 with SF3B1            | 72  | M   | 95  |     | 71   | 4.0 | 0.9       |           | 150      | 50   | 2   |             |           |            | 4.9@14            | 1@14  | not_met
        not anemic                | 48  | M   | 132 | 40  | 71   | 5.0 | 0.5       |           | 150      | 50   | 2   |             |           |            |                   |       | not_met
        hemoglobin unknown        | 48  | M   |     | 28  | 71   | 4.0 | 0.9       |           | 150      | 50   | 2   |             |           |            |                   |       | not_met
        """,
        "sideroblastic_anemia",
    )


def test_thalassemia_trait_lookalike() -> None:
    assert not disagreements(
        """
        case                    | age | sex | hb  | hct  | mcv  | rbc | rdw | ferritin | hba2 | dx          | proc       | verdict
        Mentzer 13              | 28  | F   | 112 |      | 65   | 5.0 | 14  | 60       |      |             |            | not_met
        Mentzer below 13        | 28  | F   | 112 |      | 64.9 | 5.0 | 14  | 60       |      |             |            | probable
        no ferritin             | 28  | F   | 112 |      | 64.9 | 5.0 | 14  |          |      |             |            | possible
        ferritin 29.9           | 28  | F   | 112 |      | 64.9 | 5.0 | 14  | 29.9     |      |             |            | possible
        no RDW                  | 28  | F   | 112 |      | 64.9 | 5.0 |     | 60       |      |             |            | possible
        RDWI 220, Green-King 65 | 28  | F   | 100 |      | 64.9 | 5.0 | 17  | 60       |      |             |            | possible
        HbA2 3.6                | 28  | F   | 112 |      | 70   | 4.5 |     |          | 3.6  |             |            | confirmed
        HbA2 3.5                | 28  | F   | 112 |      | 70   | 4.5 |     |          | 3.5  |             |            | not_met
        HbA2 120 d transfused   | 28  | F   | 112 |      | 70   | 4.5 |     |          | 5@-100 |           | 36430@-220 | not_met
        HbA2 121 d transfused   | 28  | F   | 112 |      | 70   | 4.5 |     |          | 5@-100 |           | 36430@-221 | confirmed
        trait code              | 28  | F   | 112 |      | 70   | 4.5 |     |          |      | D56.3@-3000 |            | confirmed
        MCV 80                  | 28  | F   | 112 |      | 80   | 6.5 | 14  | 60       |      |             |            | not_met
        no red cell count       | 28  | F   | 112 |      | 65   |     | 14  | 60       |      |             |            | indeterminate (rbc)
        no MCV, anemic          | 28  | F   | 112 |      |      | 5.0 | 14  | 60       |      |             |            | indeterminate (mcv)
        no MCV, no red cells    | 28  | F   | 112 |      |      |     | 14  | 60       |      |             |            | indeterminate (mcv, rbc)
        no MCV, not anemic      | 28  | F   | 125 |      |      | 5.0 | 14  | 60       |      |             |            | not_applicable
        MCVs apart, Mentzer 14  | 28  | F   | 112 | 36   | 70   | 5.0 | 14  | 60       |      |             |            | not_met
        other class, Mentzer 15 | 28  | F   | 112 | 40   | 75   | 4.9 | 14  | 60       |      |             |            | indeterminate (mcv(inconsistent))
        other class, no anemia  | 28  | F   | 130 | 40   | 75   | 4.9 | 14  | 60       |      |             |            | not_applicable
        MCV from hematocrit     | 28  | F   | 112 | 34   |      | 5.4 | 14  | 60       |      |             |            | probable
        transfused              | 28  | F   | 125 |      | 64.9 | 5.0 | 14  | 60       |      |             | 36430@-120 | indeterminate (mcv(transfused))
        small whatever it is    | 28  | F   | 125 |      | <65  | 5.0 | 14  | 60       |      |             |            | probable
        perhaps not so small    | 28  | F   | 125 |      | <66  | 5.0 | 14  | 60       |      |             |            | indeterminate (mcv(censored))
        under two               | 1.9 | F   | 112 |      | 60   | 5.0 | 14  | 60       |      |             |            | not_applicable
        age unknown             |     | F   | 112 |      | 60   | 5.0 | 14  | 60       |      |             |            | indeterminate (age)
        """,
        "thalassemia_trait_lookalike",
    )


def test_bicytopenia() -> None:
    assert not disagreements(
        """
        case                        | age | sex | duffy | hb              | anc             | wbc  | plt              | verdict
        anemia and platelets        | 50  | F   |       | 119             | 1.5             |      | 149              | probable
        platelets 150               | 50  | F   |       | 119             | 1.5             |      | 150              | not_met
        neutrophils 1.49            | 50  | F   |       | 119             | 1.49            |      | 150              | probable
        neutrophils 0               | 50  | F   |       | 119             | 0               |      | 150              | probable
        Duffy-null 1.2              | 50  | F   | Y     | 119             | 1.2             |      | 150              | not_met
        Duffy-null 0.99             | 50  | F   | Y     | 119             | 0.99            |      | 150              | probable
        all three                   | 50  | F   |       | 90              | 1.0             |      | 60               | not_met
        two low, third unknown      | 50  | F   |       | 90              |                 |      | 60               | probable
        one low, two unknown        | 50  | F   |       | 90              |                 |      |                  | indeterminate (anc, plt)
        one low, one unknown        | 50  | F   |       | 90              |                 |      | 200              | indeterminate (anc)
        none low, one unknown       | 50  | F   |       | 130             |                 |      | 200              | not_met
        all unknown                 | 50  | F   |       |                 |                 |      |                  | indeterminate (anc, hb, plt)
        white cells bound it        | 50  | F   |       | 90              |                 | 1.2  | 200              | probable
        white cells 1.5             | 50  | F   |       | 90              |                 | 1.5  | 200              | indeterminate (anc)
        repeated after 7 days       | 50  | F   |       | 110; 110@7      | 3; 3@7          |      | 140; 140@7       | confirmed
        repeated after 6 days       | 50  | F   |       | 110; 110@6      | 3; 3@6          |      | 140; 140@6       | probable
        repeated 180 days before    | 50  | F   |       | 110; 110@-180   | 3; 3@-180       |      | 140; 140@-180    | confirmed
        repeated 181 days before    | 50  | F   |       | 110; 110@-181   | 3; 3@-181       |      | 140; 140@-181    | probable
        other lines the other time  | 50  | F   |       | 110; 110@30     | 3; 1@30         |      | 140; 200@30      | probable
        """,
        "bicytopenia",
    )


def test_pancytopenia() -> None:
    assert not disagreements(
        """
        case                   | age | sex | hb        | anc       | wbc  | neut_pct | segs_pct | bands_pct | plt       | verdict
        all three              | 50  | F   | 119       | 1.49      |      |          |          |           | 149       | probable
        zero neutrophils       | 50  | F   | 60        | 0         |      |          |          |           | 8         | probable
        one normal             | 50  | F   | 119       | 1.5       |      |          |          |           | 149       | not_met
        neutrophils unknown    | 50  | F   | 119       |           |      |          |          |           | 149       | indeterminate (anc)
        white cells 3.9        | 50  | F   | 119       |           | 3.9  |          |          |           | 149       | possible
        white cells 4.0        | 50  | F   | 119       |           | 4.0  |          |          |           | 149       | indeterminate (anc)
        white cells 1.2        | 50  | F   | 119       |           | 1.2  |          |          |           | 149       | probable
        by percent             | 50  | F   | 119       |           | 4.0  | 37       |          |           | 149       | probable
        by percent, 1.52       | 50  | F   | 119       |           | 4.0  | 38       |          |           | 149       | not_met
        by segs and bands      | 50  | F   | 119       |           | 4.0  |          | 30       | 5         | 149       | probable
        segs alone bound it    | 50  | F   | 119       |           | 4.0  |          | 40       |           | 149       | not_met
        segs alone leave open  | 50  | F   | 119       |           | 4.0  |          | 30       |           | 149       | indeterminate (anc)
        platelets unknown      | 50  | F   | 119       | 1.0       |      |          |          |           |           | indeterminate (plt)
        again 30 days before   | 50  | F   | 90; 92@-30| 1; 1@-30  |      |          |          |           | 70; 80@-30| confirmed
        """,
        "pancytopenia",
    )


def test_platelets_that_clump() -> None:
    assert not disagreements(
        """
        case                    | age | sex | hb  | anc | plt | plt_clumps | plt_citrate | verdict
        counted                 | 50  | F   | 90  | 1.0 | 60  |            |             | probable
        clumped                 | 50  | F   | 90  | 1.0 | 60  | 1          |             | indeterminate (plt(clumps))
        no clumps seen          | 50  | F   | 90  | 1.0 | 60  | 0          |             | probable
        citrate count           | 50  | F   | 90  | 1.0 | 60  | 1          | 140@3       | not_met
        citrate count still low | 50  | F   | 90  | 1.0 | 60  | 1          | 136@3       | probable
        """,
        "pancytopenia",
    )


def test_unexplained_pancytopenia() -> None:
    assert not disagreements(
        """
        case                    | age | sex | hb        | anc      | plt        | wbc | b12 | folate | copper | dx          | rx                | observed          | verdict
        B12 normal              | 50  | F   | 90        | 1.0      | 60         |     | 148 |        |        |             |                   |                   | probable
        B12 not measured        | 50  | F   | 90        | 1.0      | 60         |     |     |        |        |             |                   |                   | possible
        B12 low                 | 50  | F   | 90        | 1.0      | 60         |     | 147 |        |        |             |                   |                   | not_met
        B12 below 117           | 50  | F   | 90        | 1.0      | 60         |     | <117|        |        |             |                   |                   | not_met
        folate low              | 50  | F   | 90        | 1.0      | 60         |     | 300 | 6.7    |        |             |                   |                   | not_met
        copper low              | 50  | F   | 90        | 1.0      | 60         |     | 300 |        | 10.9   |             |                   |                   | not_met
        copper 11               | 50  | F   | 90        | 1.0      | 60         |     | 300 |        | 11     |             |                   |                   | probable
        again, all normal       | 50  | F   | 90; 92@-30| 1; 1@-30 | 60; 70@-30 |     | 300 | 6.8    |        |             |                   |                   | confirmed
        again, no folate        | 50  | F   | 90; 92@-30| 1; 1@-30 | 60; 70@-30 |     | 300 |        |        |             |                   |                   | probable
        chemotherapy day -90    | 50  | F   | 90        | 1.0      | 60         |     | 300 |        |        |             | L01DB01@-200:-90  |                   | not_met
        chemotherapy day -91    | 50  | F   | 90        | 1.0      | 60         |     | 300 |        |        |             | L01DB01@-200:-91  |                   | probable
        no end: 30 days         | 50  | F   | 90        | 1.0      | 60         |     | 300 |        |        |             | L04AX03@-119      |                   | not_met
        no end: over            | 50  | F   | 90        | 1.0      | 60         |     | 300 |        |        |             | L04AX03@-120      |                   | probable
        cirrhosis               | 50  | F   | 90        | 1.0      | 60         |     | 300 |        |        | K74.60@30   |                   |                   | not_met
        cirrhosis too late      | 50  | F   | 90        | 1.0      | 60         |     | 300 |        |        | K74.60@31   |                   |                   | probable
        leukemia                | 50  | F   | 90        | 1.0      | 60         |     | 300 |        |        | C92.00@-900 |                   |                   | not_met
        alcohol a year ago      | 50  | F   | 90        | 1.0      | 60         |     | 300 |        |        | F10.20@-365 |                   |                   | not_met
        alcohol longer ago      | 50  | F   | 90        | 1.0      | 60         |     | 300 |        |        | F10.20@-366 |                   |                   | probable
        sepsis                  | 50  | F   | 90        | 1.0      | 60         |     | 300 |        |        | A41.9@14    |                   |                   | not_met
        drugs unobserved        | 50  | F   | 90        | 1.0      | 60         |     | 300 |        |        |             |                   | lab dx proc enc   | possible
        only the laboratory     | 50  | F   | 90        | 1.0      | 60         |     | 300 |        |        |             |                   | lab               | possible
        not pancytopenic        | 50  | F   | 90        | 2.0      | 60         |     | 300 |        |        |             |                   |                   | not_met
        neutrophils unknown     | 50  | F   | 90        |          | 60         | 4.0 | 300 |        |        |             |                   |                   | indeterminate (anc)
        white cells low         | 50  | F   | 90        |          | 60         | 3.9 | 300 |        |        |             |                   |                   | possible
        unknown but explained   | 50  | F   | 90        |          | 60         | 4.0 | 100 |        |        |             |                   |                   | not_met
        """,
        "unexplained_pancytopenia",
    )


def test_gap_microcytic_anemia_without_iron_studies() -> None:
    assert not disagreements(
        """
        case                  | age | sex | hb  | mcv  | ferritin | iron  | tibc  | tsat  | dx          | observed       | followup | verdict
        never tested          | 45  | M   | 112 | 75   |          |       |       |       |             |                | 90       | confirmed
        followed 89 days      | 45  | M   | 112 | 75   |          |       |       |       |             |                | 89       | indeterminate (followup)
        ferritin on day 90    | 45  | M   | 112 | 75   | 60@90    |       |       |       |             |                | 120      | not_met
        ferritin on day 91    | 45  | M   | 112 | 75   | 60@91    |       |       |       |             |                | 120      | confirmed
        ferritin on day -90   | 45  | M   | 112 | 75   | 60@-90   |       |       |       |             |                | 120      | not_met
        closed, short         | 45  | M   | 112 | 75   | 60       |       |       |       |             |                | 0        | not_met
        iron alone            | 45  | M   | 112 | 75   |          | 10    |       |       |             |                | 120      | confirmed
        iron and TIBC         | 45  | M   | 112 | 75   |          | 10@40 | 60@41 |       |             |                | 120      | not_met
        TSAT                  | 45  | M   | 112 | 75   |          |       |       | 12@-60|             |                | 120      | not_met
        MCV 80                | 45  | M   | 112 | 80   |          |       |       |       |             |                | 120      | not_met
        not anemic            | 45  | M   | 130 | 75   |          |       |       |       |             |                | 120      | not_met
        MCV unknown           | 45  | M   | 112 |      |          |       |       |       |             |                | 120      | indeterminate (mcv)
        hemoglobin unknown    | 45  | M   |     | 75   |          |       |       |       |             |                | 120      | indeterminate (hb)
        unknown but closed    | 45  | M   |     | 75   | 60       |       |       |       |             |                | 120      | not_met
        known trait           | 45  | M   | 112 | 64   |          |       |       |       | D56.3@-3000 |                | 120      | not_met
        laboratory unobserved | 45  | M   | 112 | 75   |          |       |       |       |             | dx rx proc enc | 120      | indeterminate (domain:lab)
        """,
        "gap_microcytic_anemia_without_iron_studies",
    )

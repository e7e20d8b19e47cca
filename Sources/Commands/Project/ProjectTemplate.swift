internal import Groundwork

/// The texts of an empty project.
enum ProjectTemplate {
  static func settings(name: String) -> Phrase {
    let quoted = name.filter { $0 != "\"" && $0 != "\\" && !$0.isNewline }
    return Phrase(
      da: """
        # Indstillinger. Fjern # foran det, der skal bruges; alt andet læses af tabellerne i data/.

        [project]
        name = "\(quoted)"
        # region = "Region Midtjylland"   # hjemregionen; dens kommuner modelleres for sig
        # base_period = "month"           # month, quarter eller year; ellers dataenes egen
        # horizon = 36                    # perioder frem
        # notice_da = "Foreløbige tal"    # står over alle tabeller
        # rule_set = "sjaelland_2012"     # økonomiske regler, jf. rules/README.md; ellers "neutral"

        [forecast]
        # model = "auto"                  # eller stock_and_flow, local_level, …

        [data]
        # from = "2017-01-01"             # udtrækkets første og sidste dag, begge med
        # to = "2026-12-31"
        # end_is_last_day = true          # slutdatoen er den sidste dag på stedet, ikke den første væk
        # suppressed_below = 5            # *, x og .. står for færre end 5; uden linjen er de ukendte
        # suppressed_from = 1             # <5 er 1 til 4 (0: 0 til 4); ellers 1, hvor kolonnen viser nuller

        # Et område for hvert specialområde; alderen vælger den befolkning, der kan få brug for det.
        # [[area]]
        # id = "autisme"
        # name = "Autisme"
        # age_from = 18
        # age_to = 64

        # Et brud i opgørelsen: tal fra før datoen bruges ikke. Uden area gælder det alt.
        # [[break]]
        # area = "autisme"
        # date = "2024-01-01"
        # reason = "Ny afgrænsning af målgruppen"

        # Sammenlagte kommuner (eller areas, offers): historien tælles under den nye.
        # [[merge]]
        # municipalities = ["Gammel Kommune"]
        # into = "Ny Kommune"
        # date = "2025-01-01"

        # Et eget skøn over belægningen i stedet for modellens; value er et tal eller et interval.
        # [[override]]
        # area = "autisme"
        # period = "2027"
        # value = [80, 95]
        # reason = "Nyt tilbud hos naboregionen"

        # [[assumption]]
        # text_da = "Det, tallene bygger på; står under tabellerne."

        # Egne modeller til »plads fit« og »plads fit --compare a,b«; kolonnerne står i data/README.md.
        # [[model]]
        # name = "a"
        # formula = "admissions ~ area + season + (1 | municipality) + (1 | municipality:area)"

        # Kun hvis en fil eller dens kolonner hedder noget andet.
        # [inputs.stays]
        # file = "data/udtræk.xlsx"
        # sheet = "Ophold"                # arket, når Excel-filen har flere
        # header_row = 3                  # rækken med kolonnenavne; [2, 3] når to rækker hører sammen
        # columns = { "Borger-ID" = "citizen", "Slut" = "end" }

        """,
      en: """
        # Settings. Take the # from what you need; all else is read from the tables in data/.

        [project]
        name = "\(quoted)"
        # region = "Region Midtjylland"   # the home region; its municipalities are modelled apart
        # base_period = "month"           # month, quarter or year; else the data's own
        # horizon = 36                    # periods ahead
        # notice_en = "Preliminary"       # stands above every table
        # rule_set = "sjaelland_2012"     # economic rules, see rules/README.md; else "neutral"

        [forecast]
        # model = "auto"                  # or stock_and_flow, local_level, …

        [data]
        # from = "2017-01-01"             # first and last day of the extract, both included
        # to = "2026-12-31"
        # end_is_last_day = true          # the end date is the last day there, not the first away
        # suppressed_below = 5            # *, x and .. stand for fewer than 5; without the line they are unknown
        # suppressed_from = 1             # <5 is 1 to 4 (0: 0 to 4); else 1 where the column shows zeros

        # One for each specialty area; the ages choose the population that may need it.
        # [[area]]
        # id = "autism"
        # name = "Autism"
        # age_from = 18
        # age_to = 64

        # A break in how things are counted: figures before the date are not used. Without area all are meant.
        # [[break]]
        # area = "autism"
        # date = "2024-01-01"
        # reason = "The group was defined anew"

        # Merged municipalities (or areas, offers): history counts under the new one.
        # [[merge]]
        # municipalities = ["Old Municipality"]
        # into = "New Municipality"
        # date = "2025-01-01"

        # One's own estimate of the stock instead of the model's; value is a number or an interval.
        # [[override]]
        # area = "autism"
        # period = "2027"
        # value = [80, 95]
        # reason = "New offer in the next region"

        # [[assumption]]
        # text_en = "What the figures rest on; stands below the tables."

        # Models of your own for “plads fit” and “plads fit --compare a,b”; data/README.md names the columns.
        # [[model]]
        # name = "a"
        # formula = "admissions ~ area + season + (1 | municipality) + (1 | municipality:area)"

        # Only where a file or its columns have other names.
        # [inputs.stays]
        # file = "data/extract.xlsx"
        # sheet = "Stays"                 # where the workbook has several
        # header_row = 3                  # row of the column names; [2, 3] where two rows belong together
        # columns = { "Citizen ID" = "citizen", "Leaves" = "end" }

        """)
  }

  static let columns = Phrase(
    da: """
      # Tabeller

      Læg CSV-filer (UTF-8 eller Windows-1252; komma, semikolon eller tabulator) eller Excel-filer (.xlsx) her. Enten `activity.csv` eller `stays.csv` skal være der;
      resten gør svaret bedre. Første linje er kolonnenavnene; danske navne forstås også. En tom celle er ukendt, aldrig nul.
      Ingen CPR-numre: »plads pseudonymise« erstatter dem. »plads check« foreslår linjer til plads.toml for navne, det ikke kender.

      """ + tables
      + """
        Har ophold birth_year (eller age_at_start), udskrives borgere, der passerer age_to i deres `[[area]]`, efter alder. `covariates = ["age", "support_level",
        "price_position"]` under `[rates]` i plads.toml lader hjemtagninger og andre udskrivninger afhænge af dem; er feltet tomt, gælder gennemsnittet.

        stock er antallet ved periodens slutning. Skjulte små antal (`<5`, `under 5`, `1-4`, `*`, `x`, `..`, `•`) læses som intervaller, eller som ukendte, hvor intet
        tal står; `suppressed_below` og `suppressed_from` under `[data]` i plads.toml siger mere. En sum med en skjult del er ukendt. Rækker med »I alt« tælles ikke med.

        Hvad kommuner siger, og hvad der er varslet; kopiér og ret:
        ```
        kommune;område;år;forventede_pladser;skala_1_5;kilde;modtaget
        Aarhus;autisme;2027;14;3;redegoerelse;2026-05-01
        ```
        ```
        tilbud;betalingskommune;antal;varslet;slutdato;type
        Mosebakken;Aarhus;2;2026-09-15;2026-12-31;ophør
        ```
        expected_places er pladser i brug ved årets slutning, skalaen kommunens egen vurdering fra 1 (mindst) til 5 af, hvor godt behov og udbud passer sammen.
        end_date er den første dag væk, ved indskrivning den første dag på stedet. overrides er analytikerens eget tal for belægningen ved periodens slutning
        (value, eller lower og upper som 10 %- og 90 %-fraktil), med begrundelse; det står ved siden af modellens og bruges kun med --apply-overrides.

        """,
    en: """
      # Tables

      Put CSV files (UTF-8 or Windows-1252; comma, semicolon or tab) or Excel files (.xlsx) here. Either `activity.csv` or `stays.csv` must be there; the rest
      sharpens the answer. The first line has the columns' names; Danish names are understood, too. An empty cell is unknown, never zero.
      No CPR numbers: “plads pseudonymise” replaces them. “plads check” proposes lines for plads.toml for names it does not know.

      """ + tables
      + """
        Where stays have birth_year (or age_at_start), citizens who pass the age_to of their `[[area]]` leave at their age. `covariates = ["age", "support_level",
        "price_position"]` under `[rates]` in plads.toml lets homecomings and other exits depend on these; where one is blank the mean rate holds.

        stock is the number at the period's end. Hidden small counts (`<5`, `under 5`, `1-4`, `*`, `x`, `..`, `•`) are read as intervals, or as unknown where no number
        stands; `suppressed_below` and `suppressed_from` under `[data]` in plads.toml say more. A sum with a hidden part is unknown. Rows of totals are not counted.

        What municipalities say, and what is noticed; copy and edit:
        ```
        municipality;area;year;expected_places;scale_1_5;source;received
        Aarhus;autism;2027;14;3;redegoerelse;2026-05-01
        ```
        ```
        offer;payer;places;notice_date;end_date;kind
        Mosebakken;Aarhus;2;2026-09-15;2026-12-31;exit
        ```
        expected_places are places in use at the year's end, the scale the municipality's own view from 1 (least) to 5 of how well need and supply agree.
        end_date is the first day absent, of an admission the first day there. overrides are the analyst's own number for the stock at the period's end
        (value, or lower and upper as 10 % and 90 % quantiles), with a reason; it stands beside the model's and is used with --apply-overrides alone.

        """)

  private static let tables = """
    | file | columns |
    |---|---|
    | stays.csv | citizen, payer, acting, offer, legal_basis, kind, start, end, end_reason, support_level, price, birth_year, age_at_start |
    | activity.csv | offer or area, period, payer, stock, occupied_days, admissions, homecomings, other_exits, waiting |
    | municipalities.csv | code, name, region, group, valid_from, valid_to |
    | offers.csv | offer, name, area, region, legal_basis, kind, operator, host_municipality, valid_from, valid_to, p_number, nation_wide, financing |
    | capacity.csv | offer, from, places, approved_places, staffed_places, fte, assumed_occupancy, days_per_year, reason |
    | tariffs.csv | offer, service, level, amount, price_year, from, to |
    | economy.csv | offer, period, original_budget, revised_budget, costs, income |
    | population.csv | municipality, year, age_from, age_to, persons, source |
    | expectations.csv | municipality, area, year, expected_places, scale_1_5, source, received |
    | notices.csv | offer or area, payer, places, notice_date, end_date, kind |
    | overrides.csv | municipality, area, period, measure, value, lower, upper, reason, by, date |
    | indices.csv | year, pl_index |
    | own_supply.csv | municipality, area, from, places, citizens, status |
    | satisfaction.csv | offer, area, municipality, period, respondent, score, scale_max, answers |

    period: 2027-04, 2027Q2, 2027. kind: residential, day, respite, single_person, hours. nation_wide: yes, no. financing: tariff, key. payer, municipality: code or name.
    end_reason: homecoming, transfer, discharge, death, age_out, closure, takeover, other, unknown. end: the first day absent.
    source: observed, projection; of expectations redegoerelse, dialogue. kind of notices: exit, admission.
    service of tariffs: the offer's kind (the whole price of a level, or of all), or base with package (of a level; without level the step
    between packages) or hourly (a level is its hours a day), and supplement on top. status of own_supply: open, planned. respondent: citizen, relative, municipality, staff. Rule sets are TOML files in rules/, not tables.

    """

  /// What the formulas of `[[model]]` may use.
  static let models = Phrase(
    da: """

      # Modeller

      En model under `[[model]]` i plads.toml har `name` og `formula`, og om ønsket `flow` (admissions, homecomings, other_exits; ellers det, responsen tæller),
      `family` (negative_binomial er standard; poisson, gaussian, binomial), `link`, `method` (ml, reml) og `offset`. Dens rækker er kommune × område × art × periode,
      hvor antallet er kendt og nogen kunne flytte; nævner formlen `legal_basis` eller `stratum`, har hvert lovgrundlag sine egne rækker, ellers er de lagt sammen
      (antal og persontid lægges sammen, befolkningen tælles én gang; en sum med en ukendt del er ukendt). Arter (`kind`) lægges aldrig sammen. Uden `offset` i
      model eller formel lægges log(exposure) til for tællinger. En enkelt model uden at skrive den ned: `plads fit --formula 'admissions ~ area'`.


      """ + modelColumns,
    en: """

      # Models

      A model below `[[model]]` in plads.toml has `name` and `formula`, and if wanted `flow` (admissions, homecomings, other_exits; else what the response counts),
      `family` (negative_binomial by default; poisson, gaussian, binomial), `link`, `method` (ml, reml) and `offset`. Its rows are municipality × area × kind × period
      where the count is known and somebody could have moved; where the formula names `legal_basis` or `stratum` every legal basis has rows of its own, else they are
      added (counts and person-time add, the population counts once; a sum with an unknown part is unknown). Kinds are never added together. Without an `offset` in
      model or formula log(exposure) is added for counts. A single model without writing it down: `plads fit --formula 'admissions ~ area'`.


      """ + modelColumns)

  private static let modelColumns = """
    | column | |
    |---|---|
    | municipality, home | name; `yes` in the home region, else `no` |
    | area, kind, legal_basis, stratum | texts; stratum joins the three; the last two split the rows |
    | period, years, year, season | 1, 2, …; years from the middle of the data; 2027; `01` to `12`, `Q1` to `Q4` |
    | admissions, homecomings, other_exits, stock | counts of the period, citizens at its end |
    | person_time, population, exposure | person-years; persons in the area's age band; 10,000 inhabitants × years for admissions, person-years for exits |

    """
}

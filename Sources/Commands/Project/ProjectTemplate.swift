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

        [data]
        # from = "2017-01-01"             # udtrækkets første og sidste dag, begge med
        # to = "2026-12-31"
        # end_is_last_day = true          # slutdatoen er den sidste dag på stedet, ikke den første væk

        # Et område for hvert specialområde; alderen vælger den befolkning, der kan få brug for det.
        # [[area]]
        # id = "autisme"
        # name = "Autisme"
        # age_from = 18
        # age_to = 64

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

        [data]
        # from = "2017-01-01"             # first and last day of the extract, both included
        # to = "2026-12-31"
        # end_is_last_day = true          # the end date is the last day there, not the first away

        # One for each specialty area; the ages choose the population that may need it.
        # [[area]]
        # id = "autism"
        # name = "Autism"
        # age_from = 18
        # age_to = 64

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

      """ + tables,
    en: """
      # Tables

      Put CSV files (UTF-8 or Windows-1252; comma, semicolon or tab) or Excel files (.xlsx) here. Either `activity.csv` or `stays.csv` must be there; the rest
      sharpens the answer. The first line has the columns' names; Danish names are understood, too. An empty cell is unknown, never zero.
      No CPR numbers: “plads pseudonymise” replaces them. “plads check” proposes lines for plads.toml for names it does not know.

      """ + tables)

  private static let tables = """
    | file | columns |
    |---|---|
    | stays.csv | citizen, payer, acting, offer, legal_basis, kind, start, end, end_reason, support_level, price |
    | activity.csv | offer or area, period, payer, stock, occupied_days, admissions, homecomings, other_exits, waiting |
    | municipalities.csv | code, name, region, group, valid_from, valid_to |
    | offers.csv | offer, name, area, region, legal_basis, kind, operator, host_municipality, valid_from, valid_to, p_number |
    | capacity.csv | offer, from, places, approved_places, staffed_places, fte, assumed_occupancy, days_per_year |
    | tariffs.csv | offer, service, level, amount, price_year, from, to |
    | economy.csv | offer, period, original_budget, revised_budget, costs, income |
    | population.csv | municipality, year, age_from, age_to, persons, source |

    period: 2027-04, 2027Q2, 2027. kind: residential, day, respite, single_person, hours. payer, municipality: code or name.
    end_reason: homecoming, transfer, discharge, death, age_out, closure, takeover, other, unknown. end: the first day absent.
    source: observed, projection.

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

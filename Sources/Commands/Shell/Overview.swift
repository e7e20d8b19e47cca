internal import Groundwork

/// What `plads` alone says: who you are, which command.
enum Overview {
  static let text = Phrase(
    da: """
      Plads \(Plads.version): prognoser for kommunernes efterspørgsel efter regionens sociale tilbud.

      Begynd
        plads new min-region --example region   et projekt med syntetiske data, som virker straks
        plads new danmark --example denmark     et projekt med rigtige offentliggjorte tal
        plads new min-region                    et tomt projekt til jeres egne udtræk
      Planlægger: hvad sker der med pladserne, hvis …?
        plads check                             er udtrækkene til at bruge?
        plads pseudonymise                      erstat CPR-numre i en CSV- eller Excel-fil
        plads scenario scenarios/*.toml         scenarier side om side; --check læser dem kun, --seek finder et tal
        plads sweep --vary HÅNDTAG.TAL=…        hvilket tal flytter mest?
      Direktør: hvilke tilbud er i fare, og hvor mange pladser skal vi regne med?
        plads risk                              hvilke tilbud er i fare, hvor sandsynligt, hvornår
        plads export indicators                 indikatorer, fortid og prognose, til en BI-portal
        plads forecast                          prognosen med usikkerhed, område for område; --chart tegner den
      Analytiker: hvilken model, og er usikkerheden ærlig?
        plads backtest                          ville prognoserne have holdt?
        plads fit --trends                      hjemtagninger pr. 100 pladsår, og hvordan de ændrer sig
        plads fit                               modellens koefficienter; --data FIL til en hvilken som helst tabel
        plads doctor                            hvad programmet regner med på denne maskine

      »plads help <kommando>« viser alle tilvalg. In English: plads --language en

      """,
    en: """
      Plads \(Plads.version): forecasts of the municipalities' demand for the region's social offers.

      Begin
        plads new my-region --example region    a project with synthetic data that runs at once
        plads new denmark --example denmark     a project with real published figures
        plads new my-region                     an empty project for your own extracts
      Planner: what happens to the places, if …?
        plads check                             can the extracts be used?
        plads pseudonymise                      replace CPR numbers in a CSV or Excel file
        plads scenario scenarios/*.toml         scenarios side by side; --check only reads them, --seek finds a number
        plads sweep --vary LEVER.NUMBER=…       which number moves most?
      Director: which offers are in danger, how many places should we count on?
        plads risk                              which offers are in danger, how likely, when
        plads export indicators                 indicators, past and forecast, for a BI portal
        plads forecast                          the forecast with its uncertainty, area by area; --chart draws it
      Analyst: which model, and is its uncertainty honest?
        plads backtest                          would the forecasts have held?
        plads fit --trends                      homecomings per 100 placed-years, and how they change
        plads fit                               the model's coefficients; --data FILE for any table
        plads doctor                            what the program computes with on this machine

      “plads help <command> --language en” shows every option. På dansk: plads

      """)
}

import Groundwork
import Testing

@Suite("Nearest name")
struct NearestNameTests {
  @Test("finds what was meant", arguments: [
    ("payr", "payer"), ("Århus", "Aarhus"), ("aarhus", "Aarhus"), ("Odnese", "Odense"), ("stoc", "stock"),
  ])
  func finds(_ text: String, _ wanted: String) {
    #expect(NearestName.find(text, among: ["payer", "Aarhus", "Odense", "stock"]) == wanted)
  }

  @Test("says nothing where nothing is near", arguments: ["", "xyzxyzxyz", "København"])
  func findsNothing(_ text: String) {
    #expect(NearestName.find(text, among: ["payer", "stock"]) == nil)
  }

  @Test("ties go to the first")
  func ties() {
    #expect(NearestName.find("cat", among: ["bat", "hat"]) == "bat")
  }

  @Test("machine form", arguments: [
    ("Kommune_kode", "kommune_kode"), ("Normerede pladser", "normerede_pladser"), ("Støtteniveau", "stoetteniveau"),
    ("ÅR", "aar"), ("Børn & unge", "boern_&_unge"), (" p-nummer ", "p_nummer"), ("Høje-Taastrup", "hoeje_taastrup"),
    ("Udskrevet (dato)", "udskrevet_dato"), ("", ""), ("a  b", "a_b"),
  ])
  func machineForm(_ text: String, _ form: String) {
    #expect(NearestName.machineForm(text) == form)
  }

  @Test("the hint lists what is valid when nothing is near")
  func hint() {
    #expect(NearestName.hint("qqqqqq", among: ["day", "hours"]).da == "Gyldige: day, hours.")
    #expect(NearestName.hint("dai", among: ["day", "hours"]).en == "Did you mean “day”?")
    #expect(NearestName.hint("qqqqqq", among: Array(repeating: "long name", count: 13)).isEmpty)
  }
}

// The rules of a case beside its road, each shown to hold, and each shown to be missed if it does not.
#include <catch2/catch.hpp>

#include "tests/sim/story.h"

namespace redress::sim {
namespace {

const SiteId outlet{2};
const SiteId county{3};

class Telling {
 public:
  // Rests on everything before. A person is 7 at each site.
  std::size_t act(SiteId site, std::string_view kind, std::vector<casework::FieldText> fields = {}) {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < story_.entries.size(); ++i) all.push_back(i);
    return beside(site, kind, std::move(all), std::move(fields));
  }
  // Knows only `after`.
  std::size_t beside(SiteId site, std::string_view kind, const std::vector<std::size_t>& after,
                     std::vector<casework::FieldText> fields = {}) {
    const bool opens = story_.entries.empty();
    const std::size_t entry =
        story_.tell(site, kind, after, {opens ? std::vector<SiteId>{county} : std::vector<SiteId>{}, 0, fields, {}});
    story_.entries[entry].header.what.staff = StaffId{7};
    return entry;
  }
  [[nodiscard]] casework::Verdict verdict(std::size_t entry) const {
    for (const casework::Line& line : casework::fold(kinds_, story_.entries).timeline) {
      if (line.told == entry) return line.verdict;
    }
    return casework::Verdict::unread;
  }

 private:
  const casework::Kinds kinds_{casework::shipped_kinds()};
  Story story_{kinds_};
};

}  // namespace

TEST_CASE("P6: who asked does not decide it", "[P6]") {
  Telling told;
  told.act(outlet, "registered", {{"narrative", "x"}});
  told.act(county, "proposed", {{"opinion", "refund"}});
  CHECK(told.verdict(told.act(county, "proposal_approved")) == casework::Verdict::refused);
  CHECK(told.verdict(told.act(head_office, "proposal_approved")) == casework::Verdict::stands);
}

TEST_CASE("P6: an answer needs a question, and an end that nothing is left open", "[P6]") {
  Telling told;
  told.act(outlet, "registered", {{"narrative", "x"}});
  CHECK(told.verdict(told.act(county, "extension_granted", {{"until", "2026-12-01"}})) == casework::Verdict::refused);
  told.act(county, "order_given", {{"content", "c"}});
  told.act(outlet, "replied", {{"content", "c"}});
  CHECK(told.verdict(told.act(outlet, "closed")) == casework::Verdict::refused);
}

TEST_CASE("P6: who is complained of does nothing more in the case", "[P6]") {
  Telling told;
  told.act(outlet, "registered", {{"narrative", "x"}});
  told.act(county, "accused_named", {{"accused_site", "2"}, {"accused_staff", "7"}});
  CHECK(told.verdict(told.act(outlet, "replied", {{"content", "not so"}})) == casework::Verdict::refused);
}

TEST_CASE("P6: of two answers that did not know each other head office's holds", "[P6]") {
  Telling told;
  const std::size_t opened = told.act(outlet, "registered", {{"narrative", "x"}});
  const std::size_t asked = told.act(outlet, "extension_asked", {{"reason", "r"}, {"until", "2026-12-01"}});
  const std::size_t denied = told.beside(head_office, "extension_denied", {opened, asked}, {{"reason", "r"}});
  const std::size_t granted = told.beside(county, "extension_granted", {opened, asked}, {{"until", "2026-12-01"}});
  CHECK(told.verdict(denied) == casework::Verdict::stands);
  CHECK(told.verdict(granted) == casework::Verdict::superseded);
}

}  // namespace redress::sim

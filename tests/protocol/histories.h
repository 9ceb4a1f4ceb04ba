// Random histories of a case: sites that act, cut off from each other, meet now and then, and act on what they know.
#pragma once

#include <set>

#include "tests/protocol/teller.h"

namespace redress::casework {

class Histories {
 public:
  explicit Histories(std::uint64_t seed) : random_{seed} {}

  // `each` events of head office, the county and the outlet, the first of which opens the case.
  std::vector<Told> three_sites(std::size_t each) {
    const std::vector<SiteId> sites{outlet, county, head_office};
    Teller teller;
    known_.assign(sites.size(), {0});
    std::vector<std::size_t> left(sites.size(), each);
    --left[0];
    while (left[0] + left[1] + left[2] > 0) {
      const std::size_t here = index(sites.size());
      if (left[here] == 0) continue;
      if (index(4) == 0) {
        const std::set<std::size_t> met = known_[index(sites.size())];
        known_[here].insert(met.begin(), met.end());
      }
      act(teller, here, sites[here]);
      --left[here];
    }
    return teller.entries();
  }

  // So many events of the three, each of whom knows all that was done: a chain.
  std::vector<Told> one_after_another(std::size_t count) {
    const std::vector<SiteId> sites{outlet, county, head_office};
    Teller teller;
    known_.assign(sites.size(), {0});
    while (teller.entries().size() < count) {
      act(teller, 0, sites[index(sites.size())]);
    }
    return teller.entries();
  }

  [[nodiscard]] std::size_t index(std::size_t below) {
    return static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(below)));
  }
  void shuffle(std::vector<Told>& entries) { sim::shuffle(entries, random_); }

 private:
  void act(Teller& teller, std::size_t here, SiteId site) {
    const Actor by = index(3) == 0 ? chief_of(site) : clerk_of(site);
    const KindRow& row = index(3) == 0 ? any_row() : allowed_row(teller, here, by);
    std::vector<FieldText> fields;
    std::vector<SiteId> to;
    const std::vector<SiteId> units{outlet, county, head_office};
    if (row.effect == Effect::move) to = {units[index(units.size())], county};
    if (row.effect == Effect::assist) to = {units[index(units.size())]};
    if (row.field(second_investigator_field) != nullptr && index(2) == 0)
      fields.emplace_back(second_investigator_field, "b");
    if (row.field(accused_staff_field) != nullptr && index(3) == 0) {
      const Actor named = chief_of(units[index(units.size())]);
      fields.emplace_back(accused_site_field, std::to_string(named.site.value()));
      fields.emplace_back(accused_staff_field, std::to_string(named.staff.value()));
    }
    const std::size_t told = teller.tell(by, row.name, std::move(fields), heads(teller, here), std::move(to));
    known_[here].insert(told);
  }

  const KindRow& any_row() { return shipped().rows()[index(shipped().rows().size())]; }

  // What a desk would let them do; the site is asked as it knows the case.
  const KindRow& allowed_row(const Teller& teller, std::size_t here, const Actor& by) {
    std::vector<Told> seen;
    for (const std::size_t told : known_[here]) seen.push_back(teller.entries()[told]);
    const CaseView view = fold(shipped(), seen);
    std::vector<const KindRow*> allowed;
    for (const KindRow& row : shipped().rows()) {
      if (!objection(view, row, by)) allowed.push_back(&row);
    }
    return allowed.empty() ? any_row() : *allowed[index(allowed.size())];
  }

  // What nothing known here names, at most as many as a header holds.
  [[nodiscard]] std::vector<std::size_t> heads(const Teller& teller, std::size_t here) const {
    std::set<Cause> named;
    for (const std::size_t told : known_[here]) {
      const auto& after = teller.entries()[told].header.what.after;
      named.insert(after.begin(), after.end());
    }
    std::vector<std::size_t> out;
    for (auto it = known_[here].rbegin(); it != known_[here].rend() && out.size() < limits::after_max; ++it) {
      if (!named.contains(journal::cause_of(teller.entries()[*it].identity))) out.push_back(*it);
    }
    return out;
  }

  sim::SeededRandom random_;
  std::vector<std::set<std::size_t>> known_;  // by site
};

}  // namespace redress::casework

#include "ops/demonstration/check_compare.h"

#include <algorithm>
#include <set>

namespace redress::demo {
namespace {

using Use = ExpectedColumn::Use;

// What tells rows without an id apart: all their values, wherever they stand.
std::string signature(std::vector<std::string> values) {
  std::sort(values.begin(), values.end());
  std::string out = "values:";
  for (const std::string& value : values) out += std::to_string(value.size()) + ":" + value;
  return out;
}

// Such a row is no complaint, so there must be no case of it.
bool is_empty(const TableRow& row) {
  return std::all_of(row.cells.begin(), row.cells.end(), [](std::string cell) {
    for (const std::string_view blank : {" ", "\t", "\r", "\n", "\u00A0", "\u3000"}) {
      for (auto at = cell.find(blank); at != std::string::npos; at = cell.find(blank, at)) cell.erase(at, blank.size());
    }
    return cell.empty();
  });
}

class Comparison {
 public:
  Comparison(const Layout& layout, const Table& table, const std::vector<SiteExport>& exports) : layout_{layout} {
    for (const ExpectedColumn& column : layout_.columns) {
      if (column.use == Use::received) unsigned_.insert(column.fields.begin(), column.fields.end());
    }
    for (const SiteExport& one : exports) {
      if (one.site != head_office) parents_[one.site] = one.parent;
      for (const auto& [id, held] : one.cases) copies_[id].emplace_back(one.site, &held);
    }
    proof_.rows = proof_.rejected = table.rejected;
    for (const TableRow& row : table.rows) {
      if (is_empty(row)) continue;
      ++proof_.rows;
      groups_[key_of(row)].rows.push_back(&row);
    }
  }

  Proof run(const std::vector<Issued>& issued) {
    for (const auto& [id, copies] : copies_) place(id, copies);
    for (const auto& [key, group] : groups_) weigh(group);
    std::map<std::string, std::multiset<std::string>> known;
    for (const Issued& one : issued) {
      known[one.case_id].insert(one.opinion);
      follow(one);
    }
    for (const auto& [id, copies] : copies_) expect_no_other(id, copies, known[id]);
    return std::move(proof_);
  }

 private:
  using Copies = std::vector<std::pair<SiteId, const HeldCase*>>;
  struct Group {
    std::vector<const TableRow*> rows;
    std::vector<std::string> cases;
  };

  void problem(std::string text) {
    if (proof_.problems.size() < problems_max) proof_.problems.push_back(std::move(text));
  }

  std::string key_of(const TableRow& row) const {
    const std::string id = id_in(layout_, row.cells);
    if (!id.empty()) return "id:" + id;
    std::vector<std::string> values;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      if (layout_.columns[i].use == Use::value && !row.cells[i].empty()) values.push_back(row.cells[i]);
    }
    return signature(std::move(values));
  }

  std::string key_of(const CaseFields& fields) const {
    const auto id = fields.find("source_id");
    if (id != fields.end()) return "id:" + id->second;
    static const std::set<std::string> beside{"case_no", "source", "received_at", "received_assumed"};
    std::vector<std::string> values;
    for (const auto& [name, value] : fields) {
      const auto given = layout_.defaults.find(name);
      const bool is_default = given != layout_.defaults.end() && given->second == value;
      if (beside.count(name) == 0 && unsigned_.count(name) == 0 && !is_default) values.push_back(value);
    }
    return signature(std::move(values));
  }

  // Finds the rows that a case may stand for.
  void place(const std::string& id, const Copies& copies) {
    for (const auto& [site, held] : copies) {
      if (held->registrations.empty()) continue;
      const auto group = groups_.find(key_of(held->registrations.front()));
      if (group == groups_.end()) continue;
      group->second.cases.push_back(id);
      return;
    }
    ++proof_.altered;
    problem("no row is like case=" + id);
  }

  std::set<SiteId> standing(const Copies& copies) const {
    std::set<SiteId> sites{copies.front().second->registrar};
    const auto parent = parents_.find(copies.front().second->registrar);
    if (parent != parents_.end()) sites.insert(parent->second);
    sites.erase(head_office);
    return sites;
  }

  static bool is_at(const Copies& copies, SiteId site) {
    return std::any_of(copies.begin(), copies.end(), [&](const auto& one) { return one.first == site; });
  }

  void weigh(const Group& group) {
    std::size_t complete = 0;
    std::size_t central = 0;
    for (const std::string& id : group.cases) {
      const Copies& copies = copies_.at(id);
      const std::set<SiteId> sites = standing(copies);
      const bool is_central = is_at(copies, head_office);
      central += is_central ? 1 : 0;
      const bool everywhere = std::all_of(sites.begin(), sites.end(), [&](SiteId site) { return is_at(copies, site); });
      complete += is_central && everywhere ? 1 : 0;
      compare(id, copies, group.rows);
    }
    const std::size_t rows = group.rows.size();
    const std::string where = "line=" + std::to_string(group.rows.front()->line);
    proof_.at_gateway += std::min(rows, central);
    if (complete < rows) {
      proof_.missing += rows - complete;
      problem("not held wherever it should be: " + where);
    }
    if (group.cases.size() > rows) {
      proof_.duplicated += group.cases.size() - rows;
      problem("more than one case: " + where);
    }
  }

  // Every copy must be what one of the rows says, in every column.
  void compare(const std::string& id, const Copies& copies, const std::vector<const TableRow*>& rows) {
    bool is_altered = false;
    std::size_t registrations = 1;
    for (const auto& [site, held] : copies) {
      registrations = std::max(registrations, held->registrations.size());
      std::vector<std::string> different{"(not readable)"};
      for (const TableRow* row : rows) {
        if (held->registrations.empty()) break;
        different = differences(layout_, row->cells, held->registrations.front());
        if (different.empty()) break;
      }
      if (different.empty()) continue;
      is_altered = true;
      problem("column=" + different.front() + " differs: line=" + std::to_string(rows.front()->line) +
              " site=" + std::to_string(site.value()) + " case=" + id);
    }
    proof_.altered += is_altered ? 1 : 0;
    proof_.duplicated += registrations - 1;
  }

  void follow(const Issued& issued) {
    const auto found = copies_.find(issued.case_id);
    // Its row is missing already, or its case is none that a row explains.
    if (found == copies_.end()) return problem("a disposed case is nowhere: case=" + issued.case_id);
    const std::set<SiteId> sites = standing(found->second);
    proof_.dispositions_issued += sites.size();
    bool central = false;
    for (const auto& [site, held] : found->second) {
      const auto count =
          static_cast<std::size_t>(std::count(held->opinions.begin(), held->opinions.end(), issued.opinion));
      if (count == 0) continue;
      if (site == head_office) {
        central = true;
      } else if (sites.count(site) > 0) {
        ++proof_.dispositions_at_branch;
      } else {
        ++proof_.dispositions_elsewhere;
        problem("a disposition at a site without standing: site=" + std::to_string(site.value()) +
                " case=" + issued.case_id);
      }
      if (count > 1) {
        proof_.duplicated += count - 1;
        problem("a disposition counts twice: site=" + std::to_string(site.value()) + " case=" + issued.case_id);
      }
    }
    if (!central && is_at(found->second, head_office)) {
      ++proof_.missing;
      problem("head office does not hold its own disposition: case=" + issued.case_id);
    }
  }

  void expect_no_other(const std::string& id, const Copies& copies, const std::multiset<std::string>& known) {
    for (const auto& [site, held] : copies) {
      const bool all_known = std::all_of(held->opinions.begin(), held->opinions.end(),
                                         [&](const std::string& opinion) { return known.count(opinion) > 0; });
      if (all_known) continue;
      ++proof_.altered;
      return problem("a disposition that nobody issued: site=" + std::to_string(site.value()) + " case=" + id);
    }
  }

  const Layout& layout_;
  std::set<std::string> unsigned_;  // fields that say the date received in the source's words
  std::map<SiteId, SiteId> parents_;
  std::map<std::string, Copies> copies_;
  std::map<std::string, Group> groups_;
  Proof proof_;
};

}  // namespace

Proof prove(const Layout& layout, const Table& table, const std::vector<SiteExport>& exports,
            const std::vector<Issued>& issued) {
  return Comparison{layout, table, exports}.run(issued);
}

}  // namespace redress::demo

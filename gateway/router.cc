#include "gateway/router.h"

#include <algorithm>

namespace redress::gateway {

bool DirectoryRouter::may_name(SiteId author, SiteId named) const {
  if (!parent_of_(named)) return false;
  return author == head_office || parent_of_(author) == named || parent_of_(named) == author;
}

// Audience 0: all with standing; 1: who supervises the author; 2 and what is not known yet: head office only.
bool DirectoryRouter::may_read(const journal::What& what, SiteId reader) const {
  const unsigned audience = what.flags & journal::flag_audience_mask;
  if (audience == 0) return true;
  if (audience != 1) return false;
  for (auto at = parent_of_(what.author); at && *at != head_office && *at != SiteId{}; at = parent_of_(*at)) {
    if (*at == reader) return true;
  }
  return false;
}

std::vector<SiteId> DirectoryRouter::gains(const journal::What& what, const std::vector<SiteId>& standing) const {
  std::vector<SiteId> gained;
  const auto gain = [&](SiteId site) {
    // A site, then its supervisors up to head office, which needs no row: it has standing in everything.
    for (std::optional<SiteId> at = site; at && *at != head_office && *at != SiteId{}; at = parent_of_(*at)) {
      const bool has =
          std::count(standing.begin(), standing.end(), *at) > 0 || std::count(gained.begin(), gained.end(), *at) > 0;
      if (has) return;
      gained.push_back(*at);
    }
  };
  const bool opening = opens(what) && standing.empty();
  if (opening && what.author != head_office) gain(what.author);
  const bool author_stands =
      what.author == head_office || opening || std::count(standing.begin(), standing.end(), what.author) > 0;
  if (!author_stands) return gained;
  for (const SiteId named : what.to) {
    if (may_name(what.author, named)) gain(named);
  }
  return gained;
}

}  // namespace redress::gateway

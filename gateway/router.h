// Who gets a case: from clear headers and the directory, never from bodies (D12, P12).
//
// Thread-safe if the directory is.
#pragma once

#include "gateway/members.h"
#include "store/site.h"

namespace redress::gateway {

// A site's parent; nothing for a site that does not belong.
using ParentOf = std::function<std::optional<SiteId>(SiteId)>;

class DirectoryRouter final : public store::Router {
 public:
  DirectoryRouter(ParentOf parent_of, Kind opening) : parent_of_{std::move(parent_of)}, opening_{opening} {}

  // The author gains standing by opening the case. Whom an author with standing names gains it: its parent, its
  // children, anyone if the author is head office. And whoever supervises one of these.
  [[nodiscard]] std::vector<SiteId> gains(const journal::What& what,
                                          const std::vector<SiteId>& standing) const override;
  [[nodiscard]] bool may_read(const journal::What& what, SiteId reader) const override;
  [[nodiscard]] bool opens(const journal::What& what) const override { return what.kind == opening_; }

 private:
  [[nodiscard]] bool may_name(SiteId author, SiteId named) const;

  ParentOf parent_of_;
  Kind opening_;
};

}  // namespace redress::gateway

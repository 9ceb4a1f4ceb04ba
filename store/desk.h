// What people at this site do: a command is checked, rested on the case as it stands, and sealed, ready for its place.
//
// A resource of one thread (the door's, an import's): sealing happens here, never in the loop. Truth and kinds outlive
// it.
#pragma once

#include <atomic>

#include "protocol/casework/extensions.h"
#include "store/beneath.h"
#include "store/case_memory.h"

namespace redress::store {

struct DeskOptions {
  SiteOptions site;
  SiteId parent;                    // whom this site's registrations name as supervisor; 0 or head office: nobody
  std::int16_t offset_minutes = 0;  // of the site's zone, now
  // Head office: a site's parent, nothing for a site that is not enrolled. Empty at a branch.
  std::function<std::optional<SiteId>(SiteId)> parent_of;
  // What a classification may name; outlives the desk.
  std::span<const casework::CodeEdition> editions = casework::shipped_code_editions();
  // What the institution's profiles add to a registration made now; empty: nothing.
  std::function<std::vector<rules::ExtraField>(WallTime now)> extra_fields = {};
  // What the institution's profiles object to: an act on a case by a person who holds these roles. Never asked of the
  // program itself, nor of registering. Empty: roles are not asked.
  std::function<std::optional<Error>(const CaseFile&, const casework::KindRow&, std::span<const std::string> roles)>
      objects = {};
};

// The next number to give, shared by every desk of a site.
using Serial = std::atomic<std::uint64_t>;

// What a command answers if it was carried out before.
using Earlier = std::optional<Result<Appended>>;

class Desk {
 public:
  Desk(Truth& truth, const DeskOptions& options, const casework::Kinds& kinds, Serial& serial, Random& random);

  struct Asked {
    StaffId staff;
    std::string_view key;  // the Idempotency-Key
    std::vector<casework::FieldText> fields;
    WallTime now;
    std::span<const std::string> roles = {};  // that the person holds at this site
  };

  // A new case. Fails as parse_event() and check_extensions() do.
  [[nodiscard]] Result<std::variant<Append, Appended>> register_case(const Asked& asked);
  // An act on a case. Fails with not_found, unknown_kind, the parser's reasons, forbidden or wrong_state with the rule,
  // key_waiting.
  [[nodiscard]] Result<std::variant<Append, Appended>> act(const CaseId& case_id, std::string_view kind,
                                                           const Asked& asked);

  // What the program itself says of a case, asked by nobody: it has no staff number. Fails as act() does.
  [[nodiscard]] Result<std::variant<Append, Appended>> record(const CaseId& case_id, const casework::Event& event,
                                                              std::string_view key, WallTime now);

  // Shows `look` the case as it stands, without its long texts; a case that is not here is shown to nobody. Fails with
  // what the store says.
  [[nodiscard]] Status recall(const CaseId& case_id, const std::function<void(const CaseFile&)>& look);

  // The case that a registration just sealed here will open, as nobody else has it yet: without its long texts, and as
  // if it had no place. Nothing: it was not sealed here lately.
  [[nodiscard]] std::optional<CaseFile> foreseen(const Append& registration) const;

  // The whole case. Nothing: it is not here.
  [[nodiscard]] std::optional<CaseFile> file_of(const CaseId& case_id);

 private:
  // What an act was asked as.
  struct Known {
    CommandId command;
    RequestDigest request;
  };
  // Rests the event on the case as it stands. `event` is asked for once the case is known to be here.
  [[nodiscard]] Result<std::variant<Append, Appended>> rest(const CaseId& case_id, const casework::KindRow& row,
                                                            const Asked& asked, const Known& known,
                                                            const std::function<Result<casework::Event>()>& event);
  [[nodiscard]] Result<Append> seal(const casework::KindRow& row, const casework::Event& event, journal::What what,
                                    const crypto::CaseKey& key);
  [[nodiscard]] journal::What what_of(const casework::KindRow& row, const Asked& asked, const CommandId& command) const;
  [[nodiscard]] Earlier earlier(const CommandId& command, const RequestDigest& request) const;
  [[nodiscard]] Result<std::vector<SiteId>> addressees(const casework::KindRow& row, const casework::Event& event,
                                                       const CaseFile& file);

  Truth& truth_;
  DeskOptions options_;
  const casework::Kinds& kinds_;
  Serial& serial_;
  Random& random_;
  crypto::Sealer sealer_;
  CaseMemory memory_;
  RowCheck rows_;
  Beneath beneath_;
};

// Source and counter of an Idempotency-Key "source/row": ascending for numbered rows, so that an import writes
// ascending keys; one key is one command at a site whoever sends it.
[[nodiscard]] CommandId command_of(const journal::Domain& domain, std::string_view key);

}  // namespace redress::store

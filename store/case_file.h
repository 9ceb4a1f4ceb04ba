// One case as it is held here: its entries opened and folded, from one snapshot.
//
// Values; thread-safe with a Sealer of the caller's own thread.
#pragma once

#include <functional>

#include "crypto/seal.h"
#include "protocol/casework/case.h"
#include "store/site.h"

namespace redress::store {

class CaseMemory;

// What is known of an entry's way.
struct Way {
  WallTime arrived;                        // durable here
  std::optional<WallTime> at_head_office;  // an own entry of a branch: head office's receipt
  std::optional<WallTime> read;            // the first entry of head office that names it as known
};

struct CaseFile {
  CaseId id;
  std::vector<casework::Told> told;  // in order of arrival
  std::vector<Way> ways;             // one each
  casework::CaseView view;
  Position head;  // the snapshot's ledger
};

// Nothing: no entry of such a case here.
[[nodiscard]] std::optional<CaseFile> read_case(const Reading& store, const SiteOptions& site,
                                                const casework::Kinds& kinds, crypto::Sealer& sealer,
                                                const CaseId& case_id);

// The same for who needs neither long texts (fields of the type text, and extensions) nor the ways, which are left out:
// what `memory` has of the case is not opened again. The file is the memory's, until the next call for another.
// `opened` is shown what was opened, its long texts too.
using OpenedHere = std::function<void(const casework::Told&)>;
[[nodiscard]] const CaseFile* recall_case(const Reading& store, const SiteOptions& site, const RowCheck& rows,
                                          const casework::Kinds& kinds, crypto::Sealer& sealer, const CaseId& case_id,
                                          CaseMemory& memory, const OpenedHere& opened = {});

// One entry of a case. Nothing: no such entry here, or one that is shown to nobody.
[[nodiscard]] std::optional<casework::Told> read_entry(const Reading& store, const SiteOptions& site,
                                                       const casework::Kinds& kinds, crypto::Sealer& sealer,
                                                       Position position);

}  // namespace redress::store

#include "ops/shell/offline.h"

#include "crypto/suite_intl.h"

namespace redress::shell {

Offline::Offline(Home home, std::unique_ptr<store::LmdbTruth> journal)
    : home_{std::move(home)}, journal_{std::move(journal)}, signer_{home_.keys.keys.signing} {
  const crypto::SiteKeys& keys = home_.keys.keys;
  options_ = {home_.keys.site,   {&crypto::intl(), home_.keys.network}, keys.kek, keys.kek_generation, &signer_,
              &secrets_,
              /*router=*/nullptr};
}

Result<std::unique_ptr<Offline>> Offline::open(const std::string& folder, const std::string& journal_folder) {
  auto home = open_home(folder);
  if (!home) return fail(home.error().front());
  store::LmdbOptions lmdb = journal_options(*home);
  if (!journal_folder.empty()) lmdb.folder = journal_folder;
  auto journal = store::LmdbTruth::open(lmdb);
  if (!journal) return fail(journal.error());
  return std::unique_ptr<Offline>{new Offline{std::move(*home), std::move(*journal)}};
}

}  // namespace redress::shell

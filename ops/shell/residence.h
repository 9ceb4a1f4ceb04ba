// Where a store lives: this machine, and the file that holds it (D25). A store that wakes up elsewhere is a copy, or
// its original has moved; which of the two, only people know.
//
// Values; residence_of() reads two files and may be called from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <string>

namespace redress::shell {

inline constexpr const char* machine_id_file = "/etc/machine-id";

// Digests; all zeros: unknown, which is compared with nothing.
struct Residence {
  using Name = std::array<std::byte, 8>;
  Name machine{};
  Name file{};  // its inode and when that was made: a copy has another
  friend bool operator==(const Residence&, const Residence&) = default;
};

enum class Moved {
  no,  // or not known
  to_another_machine,
  to_another_file,  // on the same machine
};

// What cannot be read, or names nothing (a machine that is not set up yet), is unknown.
[[nodiscard]] Residence residence_of(const std::string& machine_id_path, const std::string& store_file);

[[nodiscard]] Moved moved(const Residence& before, const Residence& now);

}  // namespace redress::shell

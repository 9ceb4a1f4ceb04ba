// The first minute of a program: options, signals, hardening, configuration, keystore, zone, log, the home's lock.
//
// Exit status of both programs: 0 stopped as asked; 1 the command line; 2 the configuration or keystore; 3 anything
// else, a home that another serves too.
#pragma once

#include <functional>
#include <memory>

#include "ops/shell/home.h"
#include "ops/shell/log.h"
#include "ops/shell/process.h"

namespace redress::shell {

struct Started {
  Home home;
  std::unique_ptr<StopSignal> stop;
  std::unique_ptr<Log> log;
  std::unique_ptr<FileLock> lock;  // of the home
};

// Handles --help, --version and --check-config, and calls `run` with what it opened; its value is the program's.
[[nodiscard]] int start(const char* program, Role role, int argc, char** argv, const std::function<int(Started&)>& run);

// Logs why and returns the exit status 3.
[[nodiscard]] int give_up(Log& log, const Error& error);

// Says in a file of the home where something listens, for who asks on this machine. A disk that does not take it costs
// that only: it is logged, and the file is gone.
void tell_where(const Home& home, const char* file, const std::string& where, Log& log);

}  // namespace redress::shell

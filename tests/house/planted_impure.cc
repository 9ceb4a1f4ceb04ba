// One of each thing that protocol/ must not do. Linked into nothing: tests/house/purity.sh must find all of it.
#include <pthread.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>

// As the libraries of other rooms name theirs; their headers are not needed to be found out.
extern "C" int EVP_planted();
extern "C" int mdb_planted();
extern "C" int zmq_planted();

namespace redress::house {

long long planted_impurity();

long long planted_impurity() {
  long long sum = std::chrono::steady_clock::now().time_since_epoch().count();
  sum += std::chrono::system_clock::now().time_since_epoch().count();
  sum += std::random_device{}();
  sum += std::getenv("PLANTED") != nullptr ? 1 : 0;
  std::FILE* file = std::fopen("planted", "r");
  sum += file != nullptr ? 1 : 0;
  std::ifstream stream{"planted"};
  sum += stream.good() ? 1 : 0;
  pthread_mutex_t mutex;
  sum += pthread_mutex_init(&mutex, nullptr) + pthread_mutex_lock(&mutex);
  sum += socket(AF_INET, SOCK_STREAM, 0);
  sum += EVP_planted() + mdb_planted() + zmq_planted();
  std::printf("%lld\n", sum);
  return sum;
}

}  // namespace redress::house

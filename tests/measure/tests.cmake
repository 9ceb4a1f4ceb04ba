redress_tests(measure
  DEPENDS measure
  FILES
    measure/arrivals_test.cc
    measure/bars_test.cc
    measure/slices_test.cc
    measure/statistics_test.cc
    measure/texts_test.cc)
target_compile_definitions(test_measure PRIVATE REDRESS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# Whoever changes a reference says so, by changing the list.
add_test(NAME "measure: the references are those that are pinned"
  COMMAND sha256sum --check --strict --quiet reference.sha256
  WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}/ops/measure)

# Each mode once, by its name or as an option, with few entries: that it runs to its end and says what it is for. The figures of such a run are worth nothing.
function(redress_bench_run mode count says)
  add_test(NAME "measure: ${mode}" COMMAND redress-bench ${mode} --count ${count} --rounds 1 --seconds 2 --json)
  set_tests_properties("measure: ${mode}" PROPERTIES
    PASS_REGULAR_EXPRESSION "${says}" FAIL_REGULAR_EXPRESSION "redress-bench: " LABELS slow TIMEOUT 300 PROCESSORS 2)
endfunction()
redress_bench_run(live 400 "\"shipped\":true.*\"live_raw\":[0-9.e-]+,\"live_sealed\":[0-9.e-]+")
redress_bench_run(catch-up 4000 "\"catchup_raw\":[0-9.e-]+.*\"flowing_ms_max\":[0-9]")
redress_bench_run(paced 400 "\"lag_p50\":[0-9.e-]+,\"lag_p95\":[0-9.e-]+,\"lag_p99\":[0-9.e-]+")
redress_bench_run(register 400 "\"put\":.*\"register\":[0-9.e-]+")
redress_bench_run(growth 400 "\"growth_cpu\":[0-9.e-]+,\"growth_io\":[0-9.e-]+")
add_test(NAME "measure: growth of two sites" COMMAND redress-bench growth --count 400 --sites 2 --json)
set_tests_properties("measure: growth of two sites" PROPERTIES
  PASS_REGULAR_EXPRESSION "\"growth_cpu\":[0-9.e-]+,\"growth_io\":[0-9.e-]+,\"sites\":2"
  FAIL_REGULAR_EXPRESSION "redress-bench: " LABELS slow TIMEOUT 300 PROCESSORS 2)
redress_bench_run(cases 400 "\"cases_cpu\":[0-9.e-]+")
redress_bench_run(wire 400 "\"entries\":400.*\"wire\":1\\.[0-9]+")
add_test(NAME "measure: archive" COMMAND redress-bench --cases 2000 --rounds 1 --json)
set_tests_properties("measure: archive" PROPERTIES
  PASS_REGULAR_EXPRESSION "\"list_p99_ms\":[0-9.e-]+.*\"search_p99_ms\":[0-9.e-]+,\"searches\".*\"start_ms\":[0-9.e-]+"
  FAIL_REGULAR_EXPRESSION "redress-bench: " LABELS slow TIMEOUT 300 PROCESSORS 2)
redress_bench_run(--idle 400 "\"agent_mib\":[0-9.]+.*\"idle_rss_mib\":[0-9.]+")
redress_bench_run(--peers 4000 "\"nats\":{.*\"postgresql\":{.*\"product\":{")

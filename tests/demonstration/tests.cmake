redress_tests(demonstration
  DEPENDS demonstration demo_check
  FILES
    demonstration/check_compare_test.cc
    demonstration/check_csv_test.cc
    demonstration/check_manifest_test.cc
    demonstration/check_mapping_test.cc
    demonstration/day_judge_test.cc
    demonstration/plan_test.cc
    demonstration/processes_test.cc
    demonstration/screen_test.cc
    demonstration/verdict_test.cc)

# The whole command: real processes, a cut, kills; with each of the samples, and with each plant found.
function(redress_check_run name changed)
  add_test(NAME "demonstration: check: ${name}"
    COMMAND bash ${PROJECT_SOURCE_DIR}/tests/demonstration/run_check.sh $<TARGET_FILE:redress-demo> ${changed} ${ARGN})
  set_tests_properties("demonstration: check: ${name}" PROPERTIES LABELS slow TIMEOUT 300 PROCESSORS 2)
endfunction()
redress_check_run("the English sample" none)
redress_check_run("the Chinese sample" none --input ${PROJECT_SOURCE_DIR}/ops/samples/zh.csv --seed 2)
redress_check_run("the Chinese sample in GB18030" none --input ${PROJECT_SOURCE_DIR}/ops/samples/zh.gb18030.csv --seed 3)
redress_check_run("twelve branches" none --branches 12 --seed 4)
redress_check_run("a planted loss is found" missing --plant-loss)
redress_check_run("a planted double is found" duplicated --plant-double)
redress_check_run("a planted misrouted disposition is found" dispositions_elsewhere --plant-misroute)

# A day at a bank with real processes: its last line is as the day's README says, and every story ended as it should.
add_test(NAME "demonstration: check: a day"
  COMMAND bash ${PROJECT_SOURCE_DIR}/tests/demonstration/run_day.sh $<TARGET_FILE:redress-demo>)
set_tests_properties("demonstration: check: a day" PROPERTIES LABELS slow TIMEOUT 300 PROCESSORS 2)

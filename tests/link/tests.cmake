redress_tests(link
  DEPENDS gateway_zap shell_link demo_relay shell cppzmq
  FILES link/tcp_relay_test.cc link/zap_test.cc link/zmq_socket_test.cc)

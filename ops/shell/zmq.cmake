redress_room(shell_link SOURCES zmq_socket.cc DEPENDS protocol_base HIDDEN cppzmq)

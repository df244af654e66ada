#include "hostile.h"

#include <sys/socket.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    must_fail("packet socket", socket(AF_PACKET, SOCK_RAW, 0));
    must_fail("raw socket", socket(AF_INET, SOCK_RAW, 1));
    must_fail("ping socket", socket(AF_INET, SOCK_DGRAM, 1));
    must_fail("netlink socket", socket(AF_NETLINK, SOCK_RAW, 0));
    must_fail("vsock", socket(40, SOCK_STREAM, 0));
    must_fail("crypto socket", socket(38, SOCK_SEQPACKET, 0));
    return 0;
}

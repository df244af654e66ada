#include "hostile.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    static const char *const addresses[] = {"127.0.0.1", "127.0.0.53", "192.0.2.1", "192.0.2.53"};
    for (size_t n = 0; n < 4; n++) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(n % 2 ? 53 : 80)};
        inet_pton(AF_INET, addresses[n], &address.sin_addr);
        int tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        int udp = socket(AF_INET, SOCK_DGRAM, 0);
        int connected = connect(tcp, (struct sockaddr *)&address, sizeof address);
        if (connected < 0 && errno == EINPROGRESS)
            won("a connection is under way");
        else
            must_fail("connect", connected);
        must_fail("sendto", sendto(udp, "canary", 6, 0, (struct sockaddr *)&address, sizeof address));
    }
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(80), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int tcp6 = socket(AF_INET6, SOCK_STREAM, 0);
    must_fail("connect to ::1", connect(tcp6, (struct sockaddr *)&six, sizeof six));
    return 0;
}

#include "hostile.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

int main(int argc, char **argv) {
    hostile_start(argc, argv);
    for (int port = 1; port < 65536; port++) {
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
        int tcp = socket(AF_INET, SOCK_STREAM, 0);
        if (tcp < 0) {
            must_fail("socket", tcp);
            break;
        }
        if (connect(tcp, (struct sockaddr *)&address, sizeof address) == 0)
            won("a listener of the host answered");
        close(tcp);
    }
    return 0;
}

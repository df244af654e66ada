// SPDX-License-Identifier: Apache-2.0
//
// Parses an XML file and prints the name of its root element.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "src/tinyxml.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: harness FILE\n");
        return 2;
    }
    std::ifstream file(argv[1], std::ios::binary);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());

    TiXmlDocument document;
    document.Parse(text.c_str());
    const TiXmlElement *root = document.RootElement();
    std::printf("root=%s\n", root != nullptr ? root->Value() : "none");
    return 0;
}

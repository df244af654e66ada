/* SPDX-License-Identifier: Apache-2.0
 *
 * Reads a GIF and gives its first image another delay, as an editor would. */
#include <stdio.h>

#include "src/gif_lib.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: harness FILE\n");
        return 2;
    }
    int error = 0;
    GifFileType *gif = DGifOpenFileName(argv[1], &error);
    if (gif == NULL || DGifSlurp(gif) != GIF_OK) {
        fprintf(stderr, "cannot read the file\n");
        return 2;
    }
    GraphicsControlBlock block = {
        .DisposalMode = DISPOSE_DO_NOT,
        .UserInputFlag = false,
        .DelayTime = 10,
        .TransparentColor = NO_TRANSPARENT_COLOR,
    };
    printf("saved=%d\n", EGifGCBToSavedExtension(&block, gif, 0) == GIF_OK);
    DGifCloseFile(gif, &error);
    return 0;
}

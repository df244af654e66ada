/* SPDX-License-Identifier: Apache-2.0
 *
 * Runs a Lua script that has the basic functions and coroutines, no files. */
#include <stdio.h>

#include "lua.h"

#include "lauxlib.h"
#include "lualib.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: harness FILE\n");
        return 2;
    }
    lua_State *state = luaL_newstate();
    if (state == NULL) {
        return 2;
    }
    luaL_requiref(state, LUA_GNAME, luaopen_base, 1);
    luaL_requiref(state, LUA_COLIBNAME, luaopen_coroutine, 1);
    lua_settop(state, 0);

    int status = luaL_loadfile(state, argv[1]);
    if (status == LUA_OK) {
        status = lua_pcall(state, 0, 0, 0);
    }
    printf("status=%d\n", status);
    if (status != LUA_OK) {
        printf("%s\n", lua_tostring(state, -1));
    }
    lua_close(state);
    return 0;
}

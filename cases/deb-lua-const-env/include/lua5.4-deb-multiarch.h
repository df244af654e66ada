/* SPDX-License-Identifier: Apache-2.0
 *
 * Debian's build generates this header; only a search path depends on it. */
#define DEB_HOST_MULTIARCH "none"

/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include <forebay/status.h>

int fits_exactly(int a,
                 int b)
{
    work(0);
    work(1);
    work(2);
    work(3);
    work(4);
    work(5);
    work(6);
    work(7);
    work(8);
    work(9);
    work(10);
    work(11);
    work(12);
    work(13);
    work(14);
    work(15);
    work(16);
    work(17);
    work(18);
    work(19);
    work(20);
    work(21);
    work(22);
    work(23);
    work(24);
    work(25);
    work(26);
    work(27);
    work(28);
    work(29);
    work(30);
    work(31);
    work(32);
    work(33);
    work(34);
    work(35);
    work(36);
    work(37);
    work(38);
    work(39);
    work(40);
    work(41);
    work(42);
    work(43);
    work(44);
    work(45);
    work(46);
    work(47);
    work(48);
    work(49);
    work(50);
    work(51);
    work(52);
    work(53);
    work(54);
    work(55);
    work(56);
    work(57);
    work(58);
    work(59);
    work(60);
    work(61);
    work(62);
    work(63);
    work(64);
    work(65);
    work(66);
    work(67);
}

static int too_long(int a)
{
    work(0);
    work(1);
    work(2);
    work(3);
    work(4);
    work(5);
    work(6);
    work(7);
    work(8);
    work(9);
    work(10);
    work(11);
    work(12);
    work(13);
    work(14);
    work(15);
    work(16);
    work(17);
    work(18);
    work(19);
    work(20);
    work(21);
    work(22);
    work(23);
    work(24);
    work(25);
    work(26);
    work(27);
    work(28);
    work(29);
    work(30);
    work(31);
    work(32);
    work(33);
    work(34);
    work(35);
    work(36);
    work(37);
    work(38);
    work(39);
    work(40);
    work(41);
    work(42);
    work(43);
    work(44);
    work(45);
    work(46);
    work(47);
    work(48);
    work(49);
    work(50);
    work(51);
    work(52);
    work(53);
    work(54);
    work(55);
    work(56);
    work(57);
    work(58);
    work(59);
    work(60);
    work(61);
    work(62);
    work(63);
    work(64);
    work(65);
    work(66);
    work(67);
    work(68);
}

static void nests(void)
{
    while (a) {
        while (b) {
            while (c) {
                while (d) {
                    while ("}" == '{') {
                        work(0);
                    }
                }
            }
        }
    }
}

void calls(struct ops *ops)
{
    strcpy(a, "malloc(1)"); /* free(it) */
    ops->free(ops);
    fb_free(a);
    free(a);
    exit(strtol(text, NULL, 10));
    printf("%d", sprintf(text, "x"));
}

/* SPDX-License-Identifier: Apache-2.0
 *
 * SQL text to tokens, by Spark's lexical rules. */
#ifndef FB_SQL_LEXER_H
#define FB_SQL_LEXER_H

#include "base/slice.h"
#include "base/status.h"

#include <stdint.h>

/* `kind` is one of the generated FB_TK_* numbers; 0 ends the text. */
typedef struct fb_sql_token {
    fb_slice text;
    uint32_t line, column; /* counted from 1; columns are characters */
    uint16_t kind;
} fb_sql_token;

typedef struct fb_sql_lexer {
    const char *cursor;
    const char *end; /* *end is NUL, and no NUL comes before it */
    uint32_t line, column;
    uint32_t type_depth;   /* open angle brackets of ARRAY<, MAP<, STRUCT< */
    bool is_after_generic; /* the last token was one of these words */
} fb_sql_lexer;

/* What stopped the lexer; the message is `text`, at the token. */
typedef struct fb_sql_lex_error {
    const char *condition;
    const char *text;
} fb_sql_lex_error;

/* The next token without white space and comments. False: `*error` says why, `*token` where. */
bool fb_sql_lex(fb_sql_lexer *lexer, fb_sql_token *token, fb_sql_lex_error *error);

/* Moves on to `to`, counting lines and characters. */
void fb_sql_move_to(fb_sql_lexer *lexer, const char *to);

/* Moves over white space and comments only. */
bool fb_sql_skip_space(fb_sql_lexer *lexer, fb_sql_token *token, fb_sql_lex_error *error);

/* The spelling of a keyword kind, NULL for the others. */
const char *fb_sql_keyword_name(uint16_t kind);
/* FB_TK_IDENT when the word is no keyword. */
uint16_t fb_sql_keyword_find(fb_slice word);

/* Spark knows most keywords by their place only: turns those that cannot be meant as such into
 * identifiers, by looking at their neighbours. The last of the tokens has kind 0. */
void fb_sql_settle_keywords(fb_sql_token *tokens, uint32_t count);

#endif

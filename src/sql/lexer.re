/* SPDX-License-Identifier: Apache-2.0
 *
 * The lexer; re2c turns the rules into a state machine. Rules follow Spark's SqlBaseLexer: the
 * longest match wins, the first rule among equals. */
#include "sql/lexer.h"

#include "grammar.h"

static bool is_word_char(unsigned char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           c == '_' || c >= 0x80;
}

/* Punctuation outside of ASCII, which typographers and web pages like to put into SQL. */
static bool is_symbol(const unsigned char *c)
{
    return (c[0] == 0xc2 && c[1] < 0xc0 && c[1] != 0xaa && c[1] != 0xb5 && c[1] != 0xba) ||
           (c[0] == 0xe2 && c[1] < 0xb0) || (c[0] == 0xe3 && c[1] == 0x80) ||
           (c[0] == 0xef && c[1] >= 0xbc);
}

void fb_sql_move_to(fb_sql_lexer *lexer, const char *to)
{
    for (; lexer->cursor < to; lexer->cursor++) {
        unsigned char c = (unsigned char)*lexer->cursor;
        if (c == '\n') {
            lexer->line++;
            lexer->column = 1;
        } else if ((c & 0xc0) != 0x80) {
            lexer->column++;
        }
    }
}

static void start_token(const fb_sql_lexer *lexer, fb_sql_token *token)
{
    *token = (fb_sql_token){
        .text = {lexer->cursor, 0}, .line = lexer->line, .column = lexer->column};
}

/* The end of a comment that starts at `c`; comments nest. NULL: it has none. */
static const char *comment_end(const char *c, const char *end)
{
    uint32_t depth = 0;
    while (c < end) {
        if (c[0] == '/' && c[1] == '*') {
            depth++;
            c += 2;
        } else if (c[0] == '*' && c[1] == '/') {
            c += 2;
            if (--depth == 0) return c;
        } else {
            c++;
        }
    }
    return NULL;
}

bool fb_sql_skip_space(fb_sql_lexer *lexer, fb_sql_token *token, fb_sql_lex_error *error)
{
    for (;;) {
        const char *c = lexer->cursor;
        if (*c == ' ' || (*c >= '\t' && *c <= '\r')) {
            fb_sql_move_to(lexer, c + 1);
        } else if (c[0] == '-' && c[1] == '-') {
            while (*c && *c != '\n')
                c++;
            fb_sql_move_to(lexer, c);
        } else if (c[0] == '/' && c[1] == '*') {
            c = comment_end(c, lexer->end);
            start_token(lexer, token);
            if (!c) {
                token->text.size = 2;
                *error = (fb_sql_lex_error){"UNCLOSED_BRACKETED_COMMENT",
                                            "found an unclosed bracketed comment; please append */ "
                                            "at the end of the comment"};
                return false;
            }
            fb_sql_move_to(lexer, c);
        } else {
            start_token(lexer, token);
            return true;
        }
    }
}

/* Inside ARRAY<...> and the like, >> closes two of them and is no shift. */
static void track_types(fb_sql_lexer *lexer, int kind, fb_slice text)
{
    if (kind == FB_TK_LT && lexer->is_after_generic) lexer->type_depth++;
    if (kind == FB_TK_GT && lexer->type_depth) lexer->type_depth--;
    lexer->is_after_generic =
        kind == FB_TK_IDENT && (fb_slice_equal_nocase(text, FB_SLICE("array")) ||
                                fb_slice_equal_nocase(text, FB_SLICE("map")) ||
                                fb_slice_equal_nocase(text, FB_SLICE("struct")));
}

static bool lex_fail(fb_sql_token *token, const char *end, fb_sql_lex_error *error,
                     const char *condition, const char *text)
{
    token->text.size = (size_t)(end - token->text.data);
    *error = (fb_sql_lex_error){condition, text};
    return false;
}

bool fb_sql_lex(fb_sql_lexer *lexer, fb_sql_token *token, fb_sql_lex_error *error)
{
    if (!fb_sql_skip_space(lexer, token, error)) return false;
    const char *cursor = lexer->cursor, *marker = cursor;
    int kind = 0;
    if (cursor == lexer->end) return true;

/*!re2c
    re2c:define:YYCTYPE = "unsigned char";
    re2c:define:YYCURSOR = cursor;
    re2c:define:YYMARKER = marker;
    re2c:yyfill:enable = 0;
    re2c:indent:string = "    ";
    re2c:indent:top = 1;

    digits   = [0-9]+;
    point    = digits "." [0-9]* | "." digits;
    exponent = [eE] [+-]? digits;
    any      = [^\x00];

    digits [lL]                                  { kind = FB_TK_BIGINT; goto done; }
    digits [sS]                                  { kind = FB_TK_SMALLINT; goto done; }
    digits [yY]                                  { kind = FB_TK_TINYINT; goto done; }
    (digits exponent? | point exponent?) [dD]    { kind = FB_TK_DOUBLE; goto number; }
    (digits exponent? | point exponent?) [fF]    { kind = FB_TK_FLOAT; goto number; }
    (digits exponent? | point exponent?) [bB] [dD] { kind = FB_TK_BIGDECIMAL; goto number; }
    (digits | point) exponent                    { kind = FB_TK_DOUBLE; goto number; }
    point                                        { kind = FB_TK_DECIMAL; goto number; }
    digits                                       { kind = FB_TK_INTEGER; goto done; }

    [rR] ['] [^'\x00]* [']                       { kind = FB_TK_STRING; goto done; }
    [rR] ["] [^"\x00]* ["]                       { kind = FB_TK_STRING; goto done; }
    ['] ([^'\\\x00] | [\\] any | ['] ['])* [']   { kind = FB_TK_STRING; goto done; }
    ["] ([^"\\\x00] | [\\] any | ["] ["])* ["]   { kind = FB_TK_STRING; goto done; }
    [rR]? ['"]  {
        return lex_fail(token, cursor, error, "PARSE_SYNTAX_ERROR",
                        "this string is not closed; expected the same quote at its end");
    }
    "`" ([^`\x00] | "``")+ "`"                   { kind = FB_TK_QUOTED; goto done; }
    "``"  {
        return lex_fail(token, cursor, error, "PARSE_SYNTAX_ERROR", "a name must not be empty");
    }
    "`"  {
        return lex_fail(token, cursor, error, "PARSE_SYNTAX_ERROR",
                        "this name is not closed; expected a backquote at its end");
    }
    [a-zA-Z0-9_\x80-\xff]+                       { goto word; }

    "<=>" { kind = FB_TK_NSEQ; goto done; }     "<="  { kind = FB_TK_LE; goto done; }
    ">="  { kind = FB_TK_GE; goto done; }       "<>"  { kind = FB_TK_NE; goto done; }
    "!="  { kind = FB_TK_NE; goto done; }       "=="  { kind = FB_TK_EQ; goto done; }
    "="   { kind = FB_TK_EQ; goto done; }       "<<"  { kind = FB_TK_SHL; goto done; }
    ">>>" { kind = FB_TK_USHR; goto done; }     ">>"  { kind = FB_TK_SHR; goto done; }
    "!>"  { kind = FB_TK_LE; goto done; }       "!<"  { kind = FB_TK_GE; goto done; }
    "<"   { kind = FB_TK_LT; goto done; }       ">"   { kind = FB_TK_GT; goto done; }
    "->"  { kind = FB_TK_ARROW; goto done; }    "=>"  { kind = FB_TK_FAT_ARROW; goto done; }
    "+"   { kind = FB_TK_PLUS; goto done; }     "-"   { kind = FB_TK_MINUS; goto done; }
    "*"   { kind = FB_TK_STAR; goto done; }     "/"   { kind = FB_TK_SLASH; goto done; }
    "%"   { kind = FB_TK_PERCENT; goto done; }  "&"   { kind = FB_TK_AMPERSAND; goto done; }
    "||"  { kind = FB_TK_CONCAT; goto done; }   "|"   { kind = FB_TK_PIPE; goto done; }
    "^"   { kind = FB_TK_HAT; goto done; }      "~"   { kind = FB_TK_TILDE; goto done; }
    "!"   { kind = FB_TK_NOT; goto done; }      "::"  { kind = FB_TK_COLON2; goto done; }
    ":"   { kind = FB_TK_COLON; goto done; }    ","   { kind = FB_TK_COMMA; goto done; }
    "."   { kind = FB_TK_DOT; goto done; }      ";"   { kind = FB_TK_SEMICOLON; goto done; }
    "("   { kind = FB_TK_LP; goto done; }       ")"   { kind = FB_TK_RP; goto done; }
    "["   { kind = FB_TK_LB; goto done; }       "]"   { kind = FB_TK_RB; goto done; }
    "?"   { kind = FB_TK_PARAMETER; goto done; }
    *  {
        return lex_fail(token, cursor, error, "PARSE_SYNTAX_ERROR",
                        "this character has no meaning in SQL");
    }
*/

number:
    /* "1.a" is the field a of 1, and "1.5e" is 1, ., 5e: a number with a point must not run into
     * a word. */
    if (is_word_char((unsigned char)*cursor)) {
        cursor = lexer->cursor;
        if (*cursor == '.') {
            cursor++;
            kind = FB_TK_DOT;
        } else {
            while (*cursor >= '0' && *cursor <= '9')
                cursor++;
            kind = FB_TK_INTEGER;
        }
    }
    goto done;

word:
    for (const char *c = lexer->cursor; c < cursor; c++) {
        if ((unsigned char)*c < 0x80) continue;
        if (is_symbol((const unsigned char *)c)) {
            fb_sql_move_to(lexer, c);
            start_token(lexer, token);
            for (c++; ((unsigned char)*c & 0xc0) == 0x80;)
                c++;
            return lex_fail(token, c, error, "PARSE_SYNTAX_ERROR",
                            "this character has no meaning in SQL");
        }
        return lex_fail(token, cursor, error, "INVALID_IDENTIFIER",
                        "a name with characters other than a-z, A-Z, 0-9 and _ must be written "
                        "in backquotes");
    }
    token->text.size = (size_t)(cursor - lexer->cursor);
    kind = fb_sql_keyword_find(token->text);

done:
    if (lexer->type_depth && (kind == FB_TK_SHR || kind == FB_TK_USHR)) {
        kind = FB_TK_GT;
        cursor = lexer->cursor + 1;
    }
    track_types(lexer, kind, (fb_slice){lexer->cursor, (size_t)(cursor - lexer->cursor)});
    token->kind = (uint16_t)kind;
    token->text.size = (size_t)(cursor - lexer->cursor);
    fb_sql_move_to(lexer, cursor);
    return true;
}

/* No licence here. */
#include "files/file.h"
#include "attic/old.h"
#include "text.h"
#include <stdio.h>

	int tab;
int blanks; 
int wide = 1;                                                          /* 101 columns are too many */
/* bytes are not columns: äääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääääää */
// C++ comment
/* see docs/nowhere.md and docs/sources-and-sinks.md */
/* TODO */
int crlf;
int last;
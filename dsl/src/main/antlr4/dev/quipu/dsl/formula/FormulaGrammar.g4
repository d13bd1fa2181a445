grammar FormulaGrammar;

// A scalar formula such as "silu(gate) * up" or "select(x > 0, x, 0.01 * x)".

formula: expression EOF;

expression
    : '-' expression                                                                   # negate
    | left=expression operator=('*' | '/') right=expression                            # binary
    | left=expression operator=('+' | '-') right=expression                            # binary
    | 'select' '(' left=expression comparison=('<' | '<=' | '>' | '>=' | '==')
          right=expression ',' then=expression ',' otherwise=expression ')'            # select
    | NAME '(' expression (',' expression)* ')'                                        # application
    | NUMBER                                                                           # number
    | NAME                                                                             # name
    | '(' expression ')'                                                               # group
    ;

NUMBER: ([0-9]+ ('.' [0-9]*)? | '.' [0-9]+) ([eE] [+-]? [0-9]+)? | 'infinity' | 'nan';
NAME: [A-Za-z_] [A-Za-z_0-9]*;
SPACE: [ \t\r\n]+ -> skip;

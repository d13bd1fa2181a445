grammar GraphGrammar;

// A graph as text; GraphText's documentation describes it by an example. Line ends are spaces.

document: 'quipu' 'graph' NUMBER function* graph plan? EOF;

function: 'function' label '(' (type (',' type)*)? ')' ('backward' label)? body;

graph: 'graph' name body;

body: '{' node* result* effect* '}';

node: VALUE '=' name '(' arguments? ')' ':' types site;

types
    : 'none'
    | type (',' type)*
    ;

arguments
    : input (',' input)* (',' attribute)*
    | attribute (',' attribute)*
    ;

input: VALUE;

attribute: name '=' value;

result: 'result' name '=' VALUE;

effect: 'effect' VALUE;

// The walk, with the copy's number where a node is computed again, then the layer's path, then the user's line.
site: pass=name copy=NUMBER? ('in' layer=name)? ('at' file=name ':' line=NUMBER)?;

// How the graph runs: what each launch stores, why, and where in the arena.
plan: 'plan' name ('arena' arena=NUMBER)? '{' launch* '}';

launch: 'launch' NUMBER name '(' VALUE (',' VALUE)* ')' stored*;

stored: VALUE fate slot?;

fate: 'saved' | 'recomputed' | 'passing';

slot: 'at' offset=NUMBER 'for' bytes=NUMBER 'until' until=NUMBER ('over' VALUE)?;

value
    : NUMBER                                       # number
    | '[' (NUMBER (',' NUMBER)*)? ']'              # numbers
    | shape                                        # dims
    | type                                         # typed
    | STRING 'over' '(' (name (',' name)*)? ')'    # formulaOver
    | label                                        # word
    ;

type: name shape;

shape: '[' (dim (',' dim)*)? ']';

dim: name ('*' name)* '=' NUMBER;

// Functions of one name are numbered from the second on: swish, swish#2, ...
label: name ('#' NUMBER)?;

// Words of this grammar are names like any other; a text between quotes is a name as well.
name
    : WORD
    | STRING
    | 'quipu' | 'graph' | 'function' | 'backward' | 'none' | 'result' | 'effect' | 'in' | 'at' | 'over'
    | 'plan' | 'arena' | 'launch' | 'saved' | 'recomputed' | 'passing' | 'for' | 'until'
    ;

VALUE: '%' [0-9]+ ('.' [0-9]+)?;
NUMBER: '-'? ([0-9]+ ('.' [0-9]+)? ([eE] [+-]? [0-9]+)? | 'Infinity') | 'NaN';
WORD: [A-Za-z_$] [A-Za-z_0-9$]* ('.' [A-Za-z_0-9$]+)*;
STRING: '"' (~["\\\r\n] | '\\' .)* '"';
COMMENT: '//' ~[\r\n]* -> skip;
SPACE: [ \t\r\n]+ -> skip;

/**
 * Every function that an expression can call: one line each, from which the checker, the messages and the generated
 * code are made. `text.f(x)` is called on a value, `f(x)` is not; `x?` may be left out, `x...` may be repeated.
 */
import type { ValueType } from './expression.ts';

/** The checker's types: `optional` is what `event.?field` gives, and never the type of a whole expression. */
export type CheckedType = ValueType | 'optional';

export interface FunctionForm {
  readonly name: string;
  /** Absent for a function that is not called on a value. */
  readonly receiver?: CheckedType;
  readonly parameters: readonly CheckedType[];
  /** How many of the parameters must be given. */
  readonly required: number;
  readonly repeats: boolean;
  readonly result: CheckedType;
  /** The form as messages show it. */
  readonly text: string;
  /** The runtime function, a member of `$` or of `$re`; `inline` where an argument is evaluated only if it is needed. */
  readonly runtime: string;
}

const lines = `
size(text): number = $.size
size(list): number = $.size
size(map): number = $.size
text.size(): number = $.size
list.size(): number = $.size
map.size(): number = $.size
text.contains(text): bool = $.contains
text.startsWith(text): bool = $.startsWith
text.endsWith(text): bool = $.endsWith
text.matches(text): bool = $re.matches
matches(text, text): bool = $re.matches
text.lowerAscii(): text = $.lowerAscii
text.upperAscii(): text = $.upperAscii
text.trim(): text = $.trim
text.substring(number, number?): text = $.substring
text.charAt(number): text = $.charAt
text.indexOf(text, number?): number = $.indexOf
text.lastIndexOf(text, number?): number = $.lastIndexOf
text.replace(text, text, number?): text = $.replace
text.split(text, number?): list = $.split
list.join(text?): text = $.join
join(list, text?): text = $.join
fixed(number, number): text = $.fixed
double(number): number = $.double
double(text): number = $.double
int(number): number = $.int
int(text): number = $.int
int(time): number = $.int
string(text): text = $.string
string(number): text = $.string
string(bool): text = $.string
string(time): text = $.string
string(duration): text = $.string
bool(bool): bool = $.bool
bool(text): bool = $.bool
timestamp(text): time = $.timestamp
timestamp(number): time = $.timestamp
timestamp(time): time = $.timestamp
duration(text): duration = $.duration
duration(duration): duration = $.duration
dyn(any): any = $.dyn
time.getFullYear(text?): number = $.getFullYear
time.getMonth(text?): number = $.getMonth
time.getDate(text?): number = $.getDate
time.getDayOfMonth(text?): number = $.getDayOfMonth
time.getDayOfWeek(text?): number = $.getDayOfWeek
time.getDayOfYear(text?): number = $.getDayOfYear
time.getHours(text?): number = $.getHours
time.getMinutes(text?): number = $.getMinutes
time.getSeconds(text?): number = $.getSeconds
time.getMilliseconds(text?): number = $.getMilliseconds
duration.getHours(): number = $.getHours
duration.getMinutes(): number = $.getMinutes
duration.getSeconds(): number = $.getSeconds
duration.getMilliseconds(): number = $.getMilliseconds
math.greatest(number...): number = $.greatest
math.greatest(list): number = $.greatest
math.least(number...): number = $.least
math.least(list): number = $.least
math.abs(number): number = $.abs
math.ceil(number): number = $.ceil
math.floor(number): number = $.floor
math.round(number): number = $.round
math.trunc(number): number = $.trunc
math.sign(number): number = $.sign
optional.of(any): optional = $.optionalOf
optional.none(): optional = $.optionalNone
optional.hasValue(): bool = $.hasValue
optional.value(): any = $.optionalValue
optional.orValue(any): any = inline
optional.or(optional): optional = inline
`;

const typeWords: ReadonlyMap<string, CheckedType> = new Map([
  ['any', 'dyn'],
  ['null', 'null'],
  ['bool', 'bool'],
  ['number', 'number'],
  ['text', 'string'],
  ['time', 'timestamp'],
  ['duration', 'duration'],
  ['list', 'list'],
  ['map', 'map'],
  ['optional', 'optional'],
]);

/** Names before a dot that are no values: `math.abs` is one name. */
const namespaced: ReadonlySet<string> = new Set(['optional.of', 'optional.none']);

function typeOf(word: string): CheckedType {
  const type = typeWords.get(word.replace(/\?|\.\.\./, ''));
  if (type === undefined) throw new Error(`no type '${word}' in the function table`);
  return type;
}

function readForm(line: string): FunctionForm {
  const match = /^(?:(\w+)\.)?(\w+)\((.*)\): (\w+) = (\S+)$/.exec(line);
  const [, prefix, name = '', parameterList = '', result = '', runtime = ''] = match ?? [];
  const words = parameterList === '' ? [] : parameterList.split(', ');
  const full = `${prefix}.${name}`;
  const isNamespaced = prefix === 'math' || namespaced.has(full);
  return {
    name: isNamespaced ? full : name,
    ...(prefix === undefined || isNamespaced ? {} : { receiver: typeOf(prefix) }),
    parameters: words.map(typeOf),
    required: words.filter((word) => !word.endsWith('?')).length,
    repeats: parameterList.endsWith('...'),
    result: typeOf(result),
    text: line.slice(0, line.indexOf(':')),
    runtime,
  };
}

const forms: readonly FunctionForm[] = lines.trim().split('\n').map(readForm);

/** All forms of a function's name, called on a value or not; none where there is no such function. */
export function functionForms(name: string): readonly FunctionForm[] {
  return forms.filter((form) => form.name === name);
}

export function functionNames(onValue: boolean): readonly string[] {
  return [...new Set(forms.filter((form) => (form.receiver !== undefined) === onValue).map((form) => form.name))];
}

/** True for the `math` in `math.abs(x)`: a name that is no value but the first part of a function's. */
export function isNamespace(name: string): boolean {
  return name === 'math' || name === 'optional';
}

const words: Readonly<Record<CheckedType, string>> = {
  dyn: 'any value',
  null: 'null',
  bool: 'true or false',
  number: 'a number',
  string: 'a text',
  timestamp: 'a time',
  duration: 'a duration',
  list: 'a list',
  map: 'a map',
  optional: 'an optional',
};

/** A type in the user's words: `a number`, `a text`. */
export function typeText(type: CheckedType): string {
  return words[type];
}

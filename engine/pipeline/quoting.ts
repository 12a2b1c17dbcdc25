/** How an expression or a text is written in YAML so that it is read as it stands. */

/** The value in single quotes, in which YAML changes nothing. */
export function singleQuoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** The value as it may stand after `key: ` in a block, quoted only where it must be. */
export function quotedWhereNeeded(value: string): string {
  return isPlain(value) ? value : singleQuoted(value);
}

/** True where YAML reads the value without quotes as this very text, in a flow map too. */
function isPlain(value: string): boolean {
  if (!/^[A-Za-z_(-]/.test(value) || /^- /.test(value) || value !== value.trim()) return false;
  if (/[[\]{},\n]|: | #|:$/.test(value)) return false;
  return !/^(?:true|false|null|~)$/i.test(value) && !/^-?\.?\d[\d.e]*$/i.test(value);
}

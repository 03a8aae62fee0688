// What is kept in Redis under which name.
//
//   <prefix>rules      hash    format writtenBy revision digest author time message services servers document(JSON)
//   <prefix>history    stream  an entry for each revision: the same fields without the document; superseded=1 when it lost
//   <prefix>documents  stream  the documents of the history, packed, under the same entry ids
//   <prefix>changed    channel the number of the new revision
//   <prefix>directors  hash    director -> JSON of when it was last seen
//   <prefix>events     stream  what each director told: id type node event(JSON)
//
// In a Redis Cluster the prefix has a hash tag, `{vspair:web}:`, so that one script may write them all.

export interface RedisKeys {
  readonly rules: string;
  readonly history: string;
  readonly documents: string;
  readonly changed: string;
  readonly directors: string;
  readonly events: string;
}

export const keysUnder = (prefix: string): RedisKeys => ({
  rules: `${prefix}rules`,
  history: `${prefix}history`,
  documents: `${prefix}documents`,
  changed: `${prefix}changed`,
  directors: `${prefix}directors`,
  events: `${prefix}events`,
});

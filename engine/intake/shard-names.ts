/** `<stream>/<shardId>`, one text for all events of a shard. */
export class ShardNames {
  #last = { stream: '', shard: '', name: '' };

  name(stream: string, shard: string): string {
    const last = this.#last;
    if (last.stream !== stream || last.shard !== shard) this.#last = { stream, shard, name: `${stream}/${shard}` };
    return this.#last.name;
  }
}

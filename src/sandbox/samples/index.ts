import type { Instant } from '../../ports/common.ts'
import type { World } from '../world.ts'

/** Fills a new world with the sample hotel company's customers and tickets, their dates relative to `now`. */
export function seedWorld(world: World, now: Instant) {
  void world
  void now
}

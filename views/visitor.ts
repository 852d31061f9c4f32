/** What the site remembers of a visitor between two pages. */
export interface Visitor {
  /** How many of the tutorial's two pages were shown. */
  counter: number;
  /** The names of the things in the cart, in the order they were added. */
  cart: readonly string[];
  /** Who the visitor says to be. */
  name: string;
}

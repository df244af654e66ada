'use strict';

function firstLetter(name) {
  return name[0].toUpperCase();
}

module.exports = { firstLetter };

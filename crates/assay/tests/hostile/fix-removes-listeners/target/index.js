'use strict';

exports.firstLetter = (text) => text[0].toLowerCase();

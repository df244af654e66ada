"""Decrypts one file with a key made for this purpose."""
import sys

sys.path.insert(0, sys.argv[1])
import rsa  # noqa: E402

KEY = rsa.PrivateKey(
    n=0x8f5fedbe98b0b7c733fbe5c8fb662d09fd573cc286a45971518fdd5ba47ccb4be51c618c43ea0fb53af9ce9e624827ecd7db0ea7e067b2302a30f89c070b23e1,
    e=0x10001,
    d=0x6fd6d2aba48be52fbcbb3809c92170eca3f452ef22fc3cd10a6080b9a5db0587268bbe9dbd27c48724eb19e469b59b7bff9358bb6974f009e310b362275a3f61,
    p=0xe891f8a9ece26d781a441c07d764bd2819eca1e8872e375269229377e1cdfe0626f5,
    q=0x9dd196e17af0d174b5fa6bb2978ad62cbc8091efa68a97fb63497d583dbd,
)

with open(sys.argv[2], "rb") as file:
    ciphertext = file.read()
try:
    print(f"bytes={len(ciphertext)} message={rsa.decrypt(ciphertext, KEY).decode()}")
except rsa.DecryptionError as error:
    print(f"bytes={len(ciphertext)} refused: {error}")
